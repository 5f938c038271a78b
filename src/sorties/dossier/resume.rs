//! The pages of our own: the summary, a picture on a page, a page for a piece that cannot be merged.

use actors::protocol::PieceVue;
use domain::dossier::{Avis, Depot, Nature};
use domain::fichier::Fichier;
use domain::profil::{Baccalaureat, Profil, Rubrique};
use image::metadata::Orientation;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use krilla::Document;
use krilla::geom::{Size, Transform};
use krilla::image::Image;

use super::Impression;
use super::jonction::redresser;
use crate::data::Listes;
use crate::papier::{self, BAS, MARGE, PAGE, Redaction};
use crate::sorties::mots;

/// Days and hours as clocks here show them.
fn quand(instant: Timestamp) -> String {
    let fuseau = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let ici = instant.to_zoned_datetime(fuseau);
    ici.strftime("%d/%m/%Y %H:%M").to_string()
}

/// The summary.
pub(super) fn rediger(i: &Impression<'_>) -> Result<Redaction, String> {
    let mut r = Redaction::new()?;
    en_tete(i, &mut r);
    profil(i, &mut r);
    pieces(i, &mut r);
    decision(i, &mut r);
    historique(i, &mut r);
    Ok(r)
}

fn en_tete(i: &Impression<'_>, r: &mut Redaction) {
    let (dossier, candidat) = (&i.entier.dossier, &i.entier.candidat);
    let formation = i.catalogue.formations.get(&dossier.formation);
    r.discret(i.etablissement);
    r.titre(20.0, &format!("{} {}", candidat.nom, candidat.prenom));
    let libelle = formation.map_or(dossier.formation.as_str(), |f| i.dans(&f.libelle));
    r.titre(12.0, libelle);
    r.trait_();
    let mot = |(_, fr, en): mots::Mot| i.mot(fr, en);
    r.ligne(
        i.mot("Numéro de candidat", "Candidate number"),
        candidat.numero.as_str(),
    );
    r.ligne(i.mot("Dossier", "Application"), dossier.id.as_str());
    if let Some(campagne) = &i.catalogue.campagne {
        r.ligne(i.mot("Campagne", "Campaign"), i.dans(&campagne.libelle));
    }
    r.ligne(
        i.mot("État", "State"),
        mot(mots::etat(dossier.etat, i.catalogue)),
    );
    r.ligne(i.mot("Ouvert le", "Opened on"), &quand(dossier.cree_le));
    if let Some(le) = dossier.transmis_le {
        r.ligne(i.mot("Transmis le", "Transmitted on"), &quand(le));
    }
    if let Some(motif) = &dossier.motif_annulation {
        r.ligne(i.mot("Motif d'annulation", "Reason of the drop"), motif);
    }
    r.ligne(i.mot("Adresse mail", "Mail address"), &candidat.mail);
    r.discret(&format!(
        "{} {}",
        i.mot("Imprimé le", "Printed on"),
        quand(i.le)
    ));
}

fn section(r: &mut Redaction, titre: &str) {
    r.trait_();
    r.titre(13.0, titre);
    r.blanc(3.0);
}

fn nom_de(liste: Vec<(String, String)>, code: &str) -> String {
    let connu = liste.into_iter().find(|(c, _)| c == code);
    connu.map_or_else(|| code.to_owned(), |(_, nom)| nom)
}

/// As handed in, once it was.
fn profil(i: &Impression<'_>, r: &mut Redaction) {
    let gestion = i.entier.dossier.gestion.as_ref();
    let remis = gestion.and_then(|g| g.profil.as_deref());
    let profil = remis.unwrap_or(&i.entier.candidat.profil);
    section(
        r,
        if remis.is_some() {
            i.mot("Profil, tel que remis", "Profile, as handed in")
        } else {
            i.mot(
                "Profil, tel qu'il est aujourd'hui",
                "Profile, as it is today",
            )
        },
    );
    let pays = |code: &str| nom_de(Listes.choix_pays(i.langue), code);
    if let Some(info) = &profil.informations {
        r.ligne(
            i.mot("Nom d'usage", "Name in use"),
            info.nom_usage.as_deref().unwrap_or_default(),
        );
        r.ligne(
            i.mot("Autres prénoms", "Further first names"),
            info.autres_prenoms.as_deref().unwrap_or_default(),
        );
        let jour = info.date_naissance.strftime("%d/%m/%Y");
        let ou = format!(
            "{jour}, {} ({})",
            info.lieu_naissance,
            pays(&info.pays_naissance)
        );
        r.ligne(i.mot("Naissance", "Born"), &ou);
        r.ligne(
            i.mot("Nationalité", "Nationality"),
            &pays(&info.nationalite),
        );
        if let Some(ine) = &info.ine {
            let doute = if profil.ine_verifie() == Some(false) {
                i.mot(" (non vérifié)", " (not verified)")
            } else {
                ""
            };
            r.ligne("INE", &format!("{}{doute}", ine.valeur));
        }
        r.ligne(
            i.mot("Téléphone", "Telephone"),
            info.telephone.as_deref().unwrap_or_default(),
        );
    }
    if let Some(a) = &profil.adresse {
        let morceaux = [
            Some(a.ligne1.as_str()),
            a.ligne2.as_deref(),
            a.code_postal.as_deref(),
            Some(a.commune.as_str()),
        ];
        let texte: Vec<&str> = morceaux.into_iter().flatten().collect();
        r.ligne(
            i.mot("Adresse", "Address"),
            &format!("{}, {}", texte.join(" "), pays(&a.pays)),
        );
    }
    parcours(i, r, profil);
}

fn parcours(i: &Impression<'_>, r: &mut Redaction, profil: &Profil) {
    match &profil.baccalaureat {
        None => {}
        Some(Baccalaureat::Sans) => r.ligne(i.mot("Baccalauréat", "Bac"), i.mot("sans", "none")),
        Some(Baccalaureat::Avec {
            annee,
            serie,
            specialites,
            mention,
            etablissement,
            ..
        }) => {
            let mut texte = format!(
                "{annee}, {}",
                nom_de(Listes.choix_series(*annee, i.langue), serie)
            );
            let choix = Listes.choix_specialites(*annee, i.langue);
            for code in specialites {
                texte.extend([", ", &nom_de(choix.clone(), code)]);
            }
            if let Some(mention) = mention {
                let mention = nom_de(Listes.choix_mentions(i.langue), mention);
                texte.extend([", ", i.mot("mention", "mention"), " ", &mention]);
            }
            if let Some(lycee) = etablissement {
                texte.extend([", ", lycee]);
            }
            r.ligne(i.mot("Baccalauréat", "Bac"), &texte);
        }
    }
    if let Some(interne) = &profil.cursus_interne {
        for annee in &interne.inscriptions {
            let resultat = annee.resultat.as_deref().unwrap_or_default();
            r.ligne(&annee.annee, &format!("{} {resultat}", annee.formation));
        }
    }
    entrees(i, r, profil);
}

fn entrees(i: &Impression<'_>, r: &mut Redaction, profil: &Profil) {
    for (rubrique, titre) in [
        (
            Rubrique::CursusExternes,
            i.mot("Cursus externe", "Studies elsewhere"),
        ),
        (Rubrique::Stages, i.mot("Stages", "Internships")),
        (
            Rubrique::Experiences,
            i.mot("Expériences professionnelles", "Work experience"),
        ),
    ] {
        let Some(entrees) = profil.entrees.get(&rubrique).filter(|e| !e.is_empty()) else {
            continue;
        };
        r.blanc(4.0);
        r.titre(10.0, titre);
        for e in entrees.values() {
            let fin = e
                .fin
                .as_ref()
                .map(|f| format!(" – {f}"))
                .unwrap_or_default();
            let lieu = e
                .lieu
                .as_ref()
                .map(|l| format!(" ({l})"))
                .unwrap_or_default();
            r.texte(&format!(
                "{}{fin} : {}, {}{lieu}",
                e.debut, e.intitule, e.organisme
            ));
            if let Some(texte) = &e.description {
                r.discret(texte);
            }
        }
    }
}

fn pieces(i: &Impression<'_>, r: &mut Redaction) {
    section(r, i.mot("Pièces justificatives", "Documents"));
    for piece in &i.entier.dossier.pieces {
        let (_, fr, en) = mots::piece(piece.statut);
        r.ligne(i.piece(&piece.code), i.mot(fr, en));
        r.discret(&contenu(i, piece));
        if let Some(texte) = &piece.commentaire {
            r.discret(&format!("« {texte} »"));
        }
        r.blanc(2.0);
    }
}

fn contenu(i: &Impression<'_>, piece: &PieceVue) -> String {
    match &piece.depot {
        None => String::new(),
        Some(Depot::Deposee { fichier }) => fichier.nom.clone(),
        Some(Depot::NonConcerne {
            certifie_le,
            serment,
        }) => format!("{serment} ({} {})", i.mot("le", "on"), quand(*certifie_le)),
    }
}

fn decision(i: &Impression<'_>, r: &mut Redaction) {
    let dossier = &i.entier.dossier;
    let brouillon = dossier.gestion.as_ref().and_then(|g| g.brouillon.as_ref());
    if dossier.decision.is_none() && brouillon.is_none() {
        return;
    }
    section(r, i.mot("Décision", "Decision"));
    if let Some(rendue) = &dossier.decision {
        r.ligne(i.mot("Rendue le", "Released on"), &quand(rendue.publiee_le));
        avis(i, r, &rendue.avis);
        if let Some(reponse) = dossier.reponse {
            let (_, fr, en) = mots::reponse(reponse);
            r.ligne(
                i.mot("Réponse du candidat", "Candidate's answer"),
                i.mot(fr, en),
            );
        }
    }
    if let Some(saisi) = brouillon {
        r.titre(10.0, i.mot("Saisie, non rendue", "Entered, not released"));
        avis(i, r, saisi);
    }
}

fn avis(i: &Impression<'_>, r: &mut Redaction, avis: &Avis) {
    let (_, fr, en) = mots::avis(&avis.nature);
    r.ligne(i.mot("Avis", "Decision"), i.mot(fr, en));
    match &avis.nature {
        Nature::Defavorable { motif } => {
            let connu = i.catalogue.motifs.get(motif);
            let libelle = connu.map_or(motif.as_str(), |m| i.dans(&m.libelle));
            r.ligne(i.mot("Motif", "Reason"), libelle);
        }
        Nature::ListeComplementaire { rang } => {
            r.ligne(i.mot("Rang", "Rank"), &rang.to_string());
        }
        Nature::Preselection {
            convocation: Some(c),
        } => {
            r.ligne(
                i.mot("Convocation", "Invitation"),
                &format!("{}, {}", quand(c.le), c.lieu),
            );
        }
        Nature::Favorable | Nature::ListeAttente | Nature::Preselection { convocation: None } => {}
    }
    r.ligne(
        i.mot("Commentaire", "Comment"),
        avis.commentaire.as_deref().unwrap_or_default(),
    );
}

fn historique(i: &Impression<'_>, r: &mut Redaction) {
    section(r, i.mot("Ce qui s'est passé", "What happened"));
    for trace in &i.entier.dossier.historique {
        let mut texte = format!(
            "{} : {}",
            quand(trace.le),
            mots::evenement(&trace.evenement, i.langue)
        );
        if let Some(piece) = &trace.piece {
            texte.extend([" – ", i.piece(piece)]);
        }
        texte.extend([" (", mots::par(&trace.par, i.langue), ")"]);
        r.discret(&texte);
    }
}

/// A picture, as large as the page lets it be, under the name of its piece.
pub(super) fn page_image(
    i: &Impression<'_>,
    document: &mut Document,
    (libelle, fichier): (&str, &Fichier),
    (image, sens): (&Image, Orientation),
) -> Result<usize, String> {
    let mut titre = Redaction::new()?;
    titre.titre(12.0, libelle);
    titre.discret(&format!("{} : {}", i.mot("Fichier", "File"), fichier.nom));
    let (largeur, hauteur) = image.size();
    // At most some thousands: the conversion loses nothing that is seen.
    let brute = (largeur as f32, hauteur as f32);
    let (redresse, (l, h)) = redresser(sens, brute);
    let mut page = document.start_page_with(papier::format()?);
    let mut surface = page.surface();
    let y = titre.en_tete(&mut surface) + 8.0;
    let echelle = ((PAGE.0 - 2.0 * MARGE) / l).min((BAS - y) / h).min(1.0);
    let taille = Size::from_wh(brute.0, brute.1).ok_or("an empty picture")?;
    surface.push_transform(&Transform::from_row(echelle, 0.0, 0.0, echelle, MARGE, y));
    surface.push_transform(&redresse);
    surface.draw_image(image.clone(), taille);
    surface.pop();
    surface.pop();
    surface.finish();
    page.finish();
    Ok(1)
}

/// In the place of a piece that cannot be merged.
pub(super) fn page_absente(
    i: &Impression<'_>,
    libelle: &str,
    fichier: &Fichier,
) -> Result<Redaction, String> {
    let mut r = Redaction::new()?;
    r.titre(16.0, libelle);
    r.trait_();
    r.texte(i.mot(
        "Cette pièce ne peut pas être jointe à ce document : son fichier ne se laisse pas relire. Ouvrez-la depuis le dossier, dans Postule.",
        "This document cannot be merged here: its file cannot be read again. Open it from the application, in Postule.",
    ));
    r.blanc(6.0);
    r.ligne(i.mot("Fichier", "File"), &fichier.nom);
    r.code(0.0, &format!("SHA-256 {}", fichier.sha256));
    Ok(r)
}
