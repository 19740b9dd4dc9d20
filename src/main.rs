//! The leadership-directory binary.
fn main(){}
