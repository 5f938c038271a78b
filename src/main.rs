//! The `postule` binary: everything it does is in [`postule::admin`].

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    postule::admin::lancer().await
}
