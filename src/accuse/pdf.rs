//! The receipt on paper: what was handed in, when, and how to prove it.

use jiff::tz::TimeZone;
use krilla::Document;
use krilla::metadata::Metadata;

use super::Accuse;
use crate::papier::Redaction;

/// Who hands the receipt out.
#[derive(Clone, Debug)]
pub struct EnTete<'a> {
    /// The university's name.
    pub etablissement: &'a str,
    /// Where anybody may check a receipt.
    pub verification: &'a str,
    /// Whose time dates are written in.
    pub fuseau: &'a TimeZone,
}

fn rediger(redaction: &mut Redaction, accuse: &Accuse, en_tete: &EnTete<'_>) {
    let contenu = &accuse.contenu;
    let quand = contenu
        .transmis_le
        .to_zoned_datetime(en_tete.fuseau.clone());
    redaction.discret(en_tete.etablissement);
    redaction.titre(20.0, "Accusé de réception");
    redaction.texte("Ce document atteste que le dossier de candidature ci-dessous a été transmis avec les pièces énumérées.");
    redaction.trait_();
    redaction.fait(
        "Candidat",
        &format!(
            "{} {}, numéro {}",
            contenu.prenom, contenu.nom, contenu.numero
        ),
    );
    redaction.fait(
        "Formation",
        &format!("{} ({})", contenu.libelle, contenu.formation),
    );
    redaction.fait("Campagne", &contenu.campagne);
    redaction.fait("Dossier", &contenu.dossier);
    let heure = quand.strftime("%d/%m/%Y à %H:%M:%S (UTC%:z)").to_string();
    redaction.fait("Transmis le", &heure);
    redaction.trait_();
    redaction.titre(13.0, &format!("Pièces ({})", contenu.pieces.len()));
    for piece in &contenu.pieces {
        redaction.blanc(3.0);
        redaction.texte(&piece.libelle);
        match (&piece.fichier, &piece.sha256) {
            (Some(fichier), Some(sha256)) => {
                redaction.discret(fichier);
                redaction.code(0.0, &format!("SHA-256 {sha256}"));
            }
            (_, _) => redaction.discret("Non concerné, déclaration sur l'honneur"),
        }
    }
    redaction.trait_();
    redaction.titre(13.0, "Preuve");
    redaction.discret(&format!(
        "Cet accusé est signé (Ed25519). Chacun peut le vérifier, avec le fichier .json du dossier, à l'adresse {}. \
         La signature couvre tout ce qui précède et la tête de la chaîne du dossier, à la version {}.",
        en_tete.verification, contenu.version
    ));
    redaction.code(0.0, &format!("Chaîne {}", contenu.chaine));
    redaction.code(0.0, &format!("Clé {}", accuse.cle_publique));
    redaction.code(0.0, &format!("Signature {}", accuse.signature));
}

/// The receipt as PDF.
///
/// # Errors
/// When the fonts or the document fail, which they do not.
pub fn composer(accuse: &Accuse, en_tete: &EnTete<'_>) -> Result<Vec<u8>, String> {
    let mut redaction = Redaction::new()?;
    rediger(&mut redaction, accuse, en_tete);
    let mut document = Document::new();
    document.set_metadata(
        Metadata::new()
            .title(format!(
                "Accusé de réception, dossier {}",
                accuse.contenu.dossier
            ))
            .language("fr".to_owned())
            .creator("Postule".to_owned()),
    );
    redaction.composer(&mut document)?;
    document.finish().map_err(|e| format!("{e:?}"))
}
