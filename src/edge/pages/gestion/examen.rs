//! What staff do in a dossier's page at once, without a mail leaving: pieces, draft, notes, labels (T08, T15, T26).

use actors::protocol::{ActeDossier, ActeGestion, Faute};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::dossier::{Annotation, Commande, Verdict};
use domain::ids::{DossierId, PieceCode};
use domain::refus::{CodeRefus, FauteChamp, Refus};

use super::super::cadrage::dire;
use super::super::saisie::Saisie;
use super::super::visiteur::Arret;
use super::actes::mots;
use super::dossier::{self, Refusee, lu_de};
use super::{Poste, chemin_de_retour, commentaires, perime};
use crate::edge::Etat;
use crate::edge::problemes::Probleme;

/// Which form of a dossier's page: the dossier, the act as in its address, the piece it is about.
type Formulaire<'a> = (&'a str, &'a str, Option<&'a PieceCode>);

/// Centimes in a euro.
const CENTIMES: u64 = 100;

/// The verdict on a piece.
pub(super) async fn decider(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let piece = PieceCode::new(code);
    let verdict = match saisie.texte("statut").as_deref() {
        Some("validee") => Verdict::Validee,
        Some("refusee") => Verdict::Refusee {
            // A model alone says enough; what is typed goes before it.
            commentaire: saisie
                .texte("commentaire")
                .or_else(|| saisie.texte("modele"))
                .unwrap_or_default(),
        },
        _ => Verdict::ADecider,
    };
    if let Verdict::Refusee { commentaire } = &verdict
        && let Some(nom) = saisie.texte("garder")
    {
        let pour = saisie.texte("partager").unwrap_or_default();
        let acte = commentaires::garder(&pour, nom, commentaire.clone());
        poste.verifier(&saisie)?;
        if let Err(faute) = poste.agir(&etat, &saisie, acte).await {
            let ou = (id.as_str(), "decision", Some(&piece));
            return refuser(&etat, &poste, ou, (&saisie, faute)).await;
        }
    }
    let commande = Commande::DeciderPiece {
        piece: piece.clone(),
        verdict,
    };
    executer(
        &etat,
        &poste,
        (&id, "decision", Some(&piece)),
        &saisie,
        commande,
    )
    .await
}

/// What is written about a dossier, by the name the API gives the act.
pub(super) async fn noter(
    State(etat): State<Etat>,
    Path((id, acte)): Path<(String, String)>,
    poste: Poste,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let commande = match acte.as_str() {
        "notes" => annoter(Annotation::Note {
            texte: saisie.brut("texte").unwrap_or_default(),
        }),
        "etiquettes" => annoter(Annotation::Etiquettes {
            etiquettes: mots(&saisie.brut("etiquettes").unwrap_or_default()),
        }),
        "fiche" => annoter(Annotation::Inscription {
            numero_opi: saisie.texte("numero_opi"),
            regime: saisie.texte("regime"),
            montant_centimes: match saisie.texte("montant").map(|m| centimes(&m)) {
                None => None,
                Some(Some(lu)) => Some(lu),
                Some(None) => {
                    let faute = Faute::Refus(montant_illisible());
                    return refuser(&etat, &poste, (&id, "fiche", None), (&saisie, faute)).await;
                }
            },
        }),
        "pieces" => Commande::ExigerPiece {
            piece: PieceCode::new(saisie.texte("code").unwrap_or_default()),
            commentaire: saisie.texte("commentaire"),
        },
        _ => return Err(CodeRefus::Introuvable.into()),
    };
    executer(&etat, &poste, (&id, &acte, None), &saisie, commande).await
}

fn montant_illisible() -> Refus {
    let faute = FauteChamp::new(
        "montant",
        "montant_invalide",
        "Un montant en euros s'écrit 243 ou 243,50.",
        "An amount in euros is written 243 or 243.50.",
    );
    Refus {
        code: CodeRefus::ChampsInvalides,
        champs: vec![faute],
    }
}

const fn annoter(annotation: Annotation) -> Commande {
    Commande::Annoter { annotation }
}

/// An amount in euros, with or without cents; none for what is no amount.
fn centimes(texte: &str) -> Option<u64> {
    let texte = texte.trim().replace(',', ".");
    let (euros, reste) = texte.split_once('.').unwrap_or((&texte, "0"));
    if reste.len() > 2 {
        return None;
    }
    let reste: u64 = format!("{reste:0<2}").parse().ok()?;
    let euros: u64 = euros.parse().ok()?;
    euros.checked_mul(CENTIMES)?.checked_add(reste)
}

async fn executer(
    etat: &Etat,
    poste: &Poste,
    (id, nom, piece): Formulaire<'_>,
    saisie: &Saisie,
    commande: Commande,
) -> Result<Response, Arret> {
    poste.verifier(saisie)?;
    let dossier = DossierId::new(id);
    let acte = ActeGestion::AgirDossier(ActeDossier {
        dossier: dossier.clone(),
        commande,
        version: saisie.texte("version").and_then(|v| v.parse().ok()),
    });
    let vers = chemin_de_retour(saisie);
    match poste.agir(etat, saisie, acte).await {
        Ok(_) => Ok(Redirect::to(&vers).into_response()),
        Err(Faute::VersionPerimee { .. }) => perime::page(etat, poste, &dossier, saisie).await,
        Err(faute) => refuser(etat, poste, (id, nom, piece), (saisie, faute)).await,
    }
}

/// The page again, with why beside the fields and all that was typed. What is no refusal is a page of its own.
async fn refuser(
    etat: &Etat,
    poste: &Poste,
    (id, nom, piece): Formulaire<'_>,
    (saisie, faute): (&Saisie, Faute),
) -> Result<Response, Arret> {
    let retour = chemin_de_retour(saisie);
    let probleme = Probleme::Faute(faute);
    if !matches!(probleme, Probleme::Faute(Faute::Refus(_))) {
        return Err(Arret::vers(probleme, &retour));
    }
    let t = poste.t();
    let (statut, texte, champs, _) = dire(t, &probleme);
    let mut lu = lu_de(&retour);
    if let Some(piece) = piece {
        lu.piece = piece.to_string();
    }
    let refusee = Refusee::new(t, nom, saisie, (&texte, &champs));
    let mut reponse = dossier::page(etat, poste, DossierId::new(id), (&lu, refusee)).await?;
    *reponse.status_mut() = statut;
    Ok(reponse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t26_un_montant_et_des_etiquettes_se_lisent_comme_on_les_ecrit() {
        assert_eq!(centimes("243"), Some(24_300));
        assert_eq!(centimes(" 243,5 "), Some(24_350));
        assert_eq!(centimes("243.05"), Some(24_305));
        assert_eq!(centimes("243.055"), None);
        assert_eq!(centimes("beaucoup"), None);
        let lues = mots(" boursier, , alternance ,boursier");
        assert_eq!(
            lues.into_iter().collect::<Vec<_>>(),
            ["alternance", "boursier"]
        );
    }
}
