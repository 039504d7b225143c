//! What is asked about layouts.

use edge_api::layouts::{
    CheckLayout, LayoutChecked, LayoutDocument, LayoutRef, Layouts, Preview, SaveLayout,
};
use edge_api::route;
use gloo_net::http::Method;

use super::{Api, Asked, Body, drop_text, json, read, tag};
use crate::browser;
use crate::problem::Problem;

impl Api {
    pub(crate) fn layouts(self) -> Asked<Layouts> {
        self.get(route::LAYOUTS)
    }

    pub(crate) fn layout(self, layout: &LayoutRef) -> Asked<LayoutDocument> {
        self.get(&route::layout(layout))
    }

    pub(crate) fn import_layout(self, new: &SaveLayout) -> Asked<LayoutDocument> {
        read(self.send(Method::POST, route::LAYOUTS, json(new)))
    }

    /// Saves, unless somebody else has since `version`.
    pub(crate) fn save_layout(
        self,
        layout: &LayoutRef,
        version: u64,
        new: &SaveLayout,
    ) -> Asked<LayoutDocument> {
        let body = Body::Matching(tag(version), serde_json::to_string(new));
        read(self.send(Method::PUT, &route::layout(layout), body))
    }

    pub(crate) fn delete_layout(self, layout: &LayoutRef, version: u64) -> Asked<()> {
        let body = Body::Matching(tag(version), Ok(String::new()));
        drop_text(self.send(Method::DELETE, &route::layout(layout), body))
    }

    pub(crate) fn check_layout(self, document: String) -> Asked<LayoutChecked> {
        read(self.send(
            Method::POST,
            route::CHECK_LAYOUT,
            json(&CheckLayout { document }),
        ))
    }

    /// An address of a picture that lives as long as the page; whoever is done with it lets go of it.
    pub(crate) fn draw(self, preview: &Preview) -> Asked<String> {
        let asked = self.ask(Method::POST, route::PREVIEW, json(preview));
        Box::pin(async move {
            let file = asked
                .await?
                .binary()
                .await
                .map_err(|_| Problem::unreachable())?;
            browser::picture_address(&file).ok_or_else(Problem::unreadable)
        })
    }
}
