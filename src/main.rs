//! The `postule` binary.
fn main() {}
