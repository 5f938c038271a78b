//! Outside contracts: the payloads other systems send and get on NATS, version by version. Their JSON Schemas and the
//! AsyncAPI document are generated from these types ([`asyncapi`]).

mod asyncapi;
pub mod evenements;
pub mod scolarite;

pub use asyncapi::asyncapi;
