//! The edges as a black box: a real server on a real disk, over HTTP.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a failed test"
)]
#![expect(clippy::too_many_lines, reason = "a journey is one story")]

mod bord;
mod campagne;
mod demandes;
mod exports;
mod instruction;
mod json;
mod mail_infecte;
mod mails;
mod mails_cadre;
mod openapi;
mod pages;
mod pages_aide;
mod pages_demandes;
mod pages_demandes_reprises;
mod pages_examen;
mod pages_formulaires;
mod pages_gestion;
mod pages_scolarite;
mod pannes;
mod personnel;
mod plaintes;
mod poids;
mod pv;
mod regles;
mod routes;
mod serveur;
mod sorties;
