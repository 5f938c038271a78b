#![no_main]
#[path = "../corps.rs"]
#[expect(dead_code, reason = "each target calls one of the bodies")]
mod corps;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| corps::fichier(octets));
