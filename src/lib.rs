//! Leadership Directory: NHS leadership programmes, academies, coaching, frameworks and resources.

pub mod model;
