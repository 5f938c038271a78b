//! What must hold for any bytes: one function for each door they come in by.

use postule::mail::entrant::{comprendre, piece};

/// A mail: an answer, bounded, and classes for requests alone (S10).
pub(crate) fn mail_entrant(octets: &[u8]) {
    let compris = comprendre(octets);
    assert!(compris.texte_utile.len() <= 64 * 1024);
    let nature = serde_json::to_value(compris.nature).unwrap();
    assert_eq!(compris.classes.is_empty(), nature != "demande");
    for (rang, annoncee) in compris.pieces_jointes.iter().enumerate().take(8) {
        let (rendue, contenu) = piece(octets, rang).unwrap();
        assert_eq!(
            (rendue.nom, contenu.len()),
            (annoncee.nom.clone(), annoncee.octets)
        );
        let sur = |c: char| c.is_control() || matches!(c, '/' | '\\');
        assert!(!annoncee.nom.contains(sur), "{:?}", annoncee.nom);
    }
}

/// `postule.toml`: a configuration, or faults with their places.
pub(crate) fn configuration(octets: &[u8]) {
    let texte = String::from_utf8_lossy(octets);
    if let Err(fautes) = postule::config::Config::lire(&texte, &[]) {
        assert!(!fautes.is_empty());
    }
}

/// A campaign file: events, or faults with their lines.
pub(crate) fn campagne(octets: &[u8]) {
    let texte = String::from_utf8_lossy(octets);
    if let Err(fautes) = postule::campagne::lire(&texte, |_| Err("absent".to_owned())) {
        let lignes = texte.lines().count() + 1;
        assert!(!fautes.is_empty() && fautes.iter().all(|f| f.ligne <= lignes));
    }
}

/// A file somebody hands in: a type, or a reason (Q16).
pub(crate) fn fichier(octets: &[u8]) {
    if let Err(refus) = postule::fichiers::examiner(octets.to_vec()) {
        assert!(!format!("{refus:?}").is_empty());
    }
}

/// The URL of a mailbox: its password is in no message.
pub(crate) fn boite(octets: &[u8]) {
    let texte = String::from_utf8_lossy(octets);
    match texte.parse::<postule::portes::imap::Boite>() {
        Ok(boite) => assert!(!format!("{boite:?}").is_empty()),
        Err(raison) => assert!(!raison.is_empty()),
    }
}
