//! The minutes to be filled in: a workbook with the dossiers of a formation, and lists to choose from.

use actors::protocol::DossierGestion;
use domain::campagne::Catalogue;
use domain::dossier::Nature;
use domain::langue::Langue;
use rust_xlsxwriter::{DataValidation, Format, Workbook, XlsxError};

use super::mots;

/// The columns of the minutes, and how wide they are.
const COLONNES: [(&str, &str, f64); 8] = [
    ("dossier", "application", 14.0),
    ("numéro", "numéro", 12.0),
    ("nom", "nom", 22.0),
    ("prénom", "prénom", 18.0),
    ("avis", "decision", 22.0),
    ("rang", "rank", 8.0),
    ("motif", "reason", 30.0),
    ("commentaire", "comment", 50.0),
];

/// The workbook. What was entered already is filled in.
///
/// # Errors
/// Memory does not refuse.
pub fn composer(
    entiers: &[DossierGestion],
    catalogue: &Catalogue,
    langue: Langue,
) -> Result<Vec<u8>, String> {
    remplir(entiers, catalogue, langue).map_err(|e| e.to_string())
}

fn remplir(
    entiers: &[DossierGestion],
    catalogue: &Catalogue,
    langue: Langue,
) -> Result<Vec<u8>, XlsxError> {
    let mut classeur = Workbook::new();
    let gras = Format::new().set_bold();
    let avis = mots::AVIS.map(|(_, fr, en)| langue.choisir(fr, en));
    let motifs: Vec<&str> = catalogue
        .motifs
        .values()
        .map(|m| m.libelle.dans(langue))
        .collect();
    let fin = u32::try_from(entiers.len()).unwrap_or(u32::MAX).max(1);
    let feuille = classeur.add_worksheet();
    feuille.set_name(langue.choisir("Procès-verbal", "Minutes"))?;
    feuille.set_freeze_panes(1, 4)?;
    for (colonne, (fr, en, largeur)) in (0_u16..).zip(COLONNES) {
        feuille.set_column_width(colonne, largeur)?;
        feuille.write_string_with_format(0, colonne, langue.choisir(fr, en), &gras)?;
    }
    for (ligne, entier) in (1_u32..).zip(entiers) {
        let qui = &entier.candidat;
        feuille.write_string(ligne, 0, entier.dossier.id.as_str())?;
        feuille.write_string(ligne, 1, qui.numero.as_str())?;
        feuille.write_string(ligne, 2, &qui.nom)?;
        feuille.write_string(ligne, 3, &qui.prenom)?;
        let gestion = entier.dossier.gestion.as_ref();
        if let Some(saisi) = gestion.and_then(|g| g.brouillon.as_ref()) {
            let (_, fr, en) = mots::avis(&saisi.nature);
            feuille.write_string(ligne, 4, langue.choisir(fr, en))?;
            if let Some(rang) = saisi.nature.rang() {
                feuille.write_number(ligne, 5, rang)?;
            }
            if let Nature::Defavorable { motif } = &saisi.nature {
                let connu = catalogue.motifs.get(motif);
                let libelle = connu.map_or(motif.as_str(), |m| m.libelle.dans(langue));
                feuille.write_string(ligne, 6, libelle)?;
            }
            if let Some(texte) = &saisi.commentaire {
                feuille.write_string(ligne, 7, texte)?;
            }
        }
    }
    let choix = DataValidation::new().allow_list_strings(&avis)?;
    feuille.add_data_validation(1, 4, fin, 4, &choix)?;
    // A list in a cell holds 255 characters at most; without it the label is typed.
    if let Ok(choix) = DataValidation::new().allow_list_strings(&motifs)
        && !motifs.is_empty()
    {
        feuille.add_data_validation(1, 6, fin, 6, &choix)?;
    }
    classeur.save_to_buffer()
}
