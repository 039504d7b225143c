//! Whole stories with the real processes; each begins with its own world.

mod bad_input;
mod copies;
mod decoders;
mod faults;
mod first_light;
mod grants;
mod guide;
mod identity;
mod moves;
mod networks;
mod old_machine;
mod outages;
mod promises;
mod python_hub;
mod random_faults;
mod refusals;
mod way_out;
