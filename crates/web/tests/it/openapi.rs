//! The document that programs are written by is held to the routes.

#[test]
fn placeholder() {}
