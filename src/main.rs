//! The `postule` binary: everything it does is in [`postule::admin`].

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    postule::admin::lancer().await
}
