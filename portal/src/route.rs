//! Every page and its address: the one table that navigation, links and drawing go by.

use edge_api::id::DisplayId;
use edge_api::layouts::LayoutRef;

use crate::words::nav;

/// Where the browser is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/`: the wall, by another name.
    Home,
    /// A page of the navigation.
    Page(Page),
    /// One display.
    Display(DisplayId),
    /// One layout.
    Layout(LayoutRef),
    /// No page of ours.
    Lost,
}

/// One of the two programs that the portal is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// What is looked at every day.
    Everyday,
    /// What is set up once. The agent answers `/settings` and `/m/layouts`, and all below them, with this one.
    Settings,
}

/// A page of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Signs,
    Rooms,
    Hubs,
    Layouts,
    Activity,
    Repairs,
    Integration,
    Security,
    Relay,
    About,
}

/// Address of the agent's own page for claiming it.
pub(crate) const SETUP: &str = "/setup";
/// Address of the agent's own page for signing in.
pub(crate) const LOGIN: &str = "/login";
/// The same for a tab of its own, which ends there.
pub(crate) const LOGIN_BESIDE: &str = "/login?to=/login/done";
/// What precedes a display's id in its page's address.
const DISPLAYS: &str = "/m/displays/";
/// What precedes a layout's name in its page's address.
const LAYOUTS: &str = "/m/layouts/";

impl Page {
    /// What the building is about.
    pub(crate) const DAILY: &[Self] = &[
        Self::Signs,
        Self::Rooms,
        Self::Hubs,
        Self::Layouts,
        Self::Activity,
        Self::Repairs,
    ];
    /// What is set up once.
    pub(crate) const SETTINGS: &[Self] =
        &[Self::Integration, Self::Security, Self::Relay, Self::About];

    /// The page's address.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Signs => "/m",
            Self::Rooms => "/m/rooms",
            Self::Hubs => "/m/hubs",
            Self::Layouts => "/m/layouts",
            Self::Activity => "/m/activity",
            Self::Repairs => "/m/repairs",
            Self::Integration => "/settings/integration",
            Self::Security => "/settings/security",
            Self::Relay => "/settings/relay",
            Self::About => "/settings/about",
        }
    }

    /// The page's name, in the navigation and as its heading.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Signs => nav::SIGNS,
            Self::Rooms => nav::ROOMS,
            Self::Hubs => nav::HUBS,
            Self::Layouts => nav::LAYOUTS,
            Self::Activity => nav::ACTIVITY,
            Self::Repairs => nav::REPAIRS,
            Self::Integration => nav::INTEGRATION,
            Self::Security => nav::SECURITY,
            Self::Relay => nav::RELAY,
            Self::About => nav::ABOUT,
        }
    }
}

impl Route {
    /// Reads the path of an address; a slash at its end does not matter.
    pub(crate) fn parse(path: &str) -> Self {
        let path = path.trim_end_matches('/');
        if let Some(id) = path.strip_prefix(DISPLAYS) {
            return id.parse().map_or(Self::Lost, Self::Display);
        }
        if let Some(layout) = path.strip_prefix(LAYOUTS) {
            return layout.parse().map_or(Self::Lost, Self::Layout);
        }
        match path {
            "" => Self::Home,
            "/settings" => Self::Page(Page::Integration),
            _ => Page::DAILY
                .iter()
                .chain(Page::SETTINGS)
                .find(|page| page.path() == path)
                .map_or(Self::Lost, |page| Self::Page(*page)),
        }
    }

    /// The program that draws it; absent when whichever is there does.
    pub(crate) fn program(&self) -> Option<Program> {
        match self {
            Self::Page(Page::Layouts) | Self::Layout(_) => Some(Program::Settings),
            Self::Page(page) if Page::SETTINGS.contains(page) => Some(Program::Settings),
            Self::Page(_) | Self::Display(_) => Some(Program::Everyday),
            Self::Home | Self::Lost => None,
        }
    }

    /// The page that the navigation marks.
    pub(crate) fn section(&self) -> Option<Page> {
        match self {
            Self::Page(page) => Some(*page),
            Self::Home | Self::Display(_) => Some(Page::Signs),
            Self::Layout(_) => Some(Page::Layouts),
            Self::Lost => None,
        }
    }
}

/// Address of the page of one display.
pub(crate) fn display(id: &DisplayId) -> String {
    format!("{DISPLAYS}{id}")
}

/// Address of the page of one layout.
pub(crate) fn layout(layout: &LayoutRef) -> String {
    format!("{LAYOUTS}{}", layout.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_found_at_its_own_address() {
        for page in Page::DAILY.iter().chain(Page::SETTINGS) {
            assert_eq!(Route::parse(page.path()), Route::Page(*page));
            assert_eq!(
                Route::parse(&format!("{}/", page.path())),
                Route::Page(*page)
            );
        }
    }

    #[test]
    fn a_display_has_a_page_and_nonsense_has_none() {
        let id = DisplayId::new("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap();
        assert_eq!(Route::parse(&display(&id)), Route::Display(id));
        assert_eq!(Route::parse("/m/displays/<script>"), Route::Lost);
        assert_eq!(Route::parse("/m/displays/"), Route::Lost);
        assert_eq!(Route::parse("/M"), Route::Lost);
        let shipped = LayoutRef::Shipped("room-800x480".to_owned());
        assert_eq!(Route::parse(&layout(&shipped)), Route::Layout(shipped));
        assert_eq!(Route::parse("/m/layouts/../x"), Route::Lost);
        assert_eq!(Route::parse("/"), Route::Home);
    }

    #[test]
    fn a_page_belongs_to_the_program_that_the_agent_answers_its_address_with() {
        let layout = Route::parse("/m/layouts/room-800x480");
        let pages = Page::DAILY.iter().chain(Page::SETTINGS);
        for (path, route) in pages
            .map(|page| (page.path(), Route::Page(*page)))
            .chain([("/m/layouts/room-800x480", layout)])
        {
            let settings = path.starts_with("/settings/") || path.starts_with("/m/layouts");
            let program = if settings {
                Program::Settings
            } else {
                Program::Everyday
            };
            assert_eq!(route.program(), Some(program), "{path}");
        }
        assert_eq!(Route::parse("/settings").program(), Some(Program::Settings));
        assert_eq!(Route::Lost.program(), None);
    }
}
