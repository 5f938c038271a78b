//! One dossier, as those who examine it see it: the check-list beside the piece that is read, and what may be done.

mod pieces;
mod refusee;
mod suites;

use actors::protocol::{
    ActeGestion, Collegue, DossierGestion, Etat as EtatDossier, Partages, Reponse, Voisins,
};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::ids::DossierId;
use domain::personnel::affaires::MAX_NOM;
use domain::personnel::droits::Pouvoir;
use serde::Deserialize;

use super::super::cadrage::percent;
use super::super::decision::PageDeDecision;
use super::super::profil;
use super::super::visiteur::{Arret, Visiteur};
use super::filtre::Voulus;
use super::{Poste, commentaires, demandes, etat_dit, historique, libelle, nom_de};
use crate::edge::Etat;
use crate::textes::Textes;
use crate::views::{Formulaire, quand};
use pieces::{Lecture, Piece, exigibles};
pub(super) use pieces::{fichier, nom_de_piece};
pub(super) use refusee::{Refusee, lu_de};
use suites::{avis, avis_en_mots, offerts};

struct Note {
    le: String,
    par: String,
    texte: String,
}

#[derive(Template)]
#[template(path = "gestion/dossier.html")]
struct Page {
    t: Textes,
    id: String,
    version: u64,
    preuve: String,
    cle: String,
    /// Where forms lead back to.
    ici: String,
    /// Where a piece found good leads: to the next one that waits.
    suivante: String,
    retour: String,
    avant: String,
    apres: String,
    place: String,
    presents: Vec<String>,
    etat: String,
    classe: &'static str,
    formation: String,
    numero: String,
    mail: String,
    rebond: bool,
    telephone: String,
    transmis: String,
    echeances: Vec<(&'static str, String)>,
    decision: Option<PageDeDecision>,
    brouillon: String,
    actes: Vec<(&'static str, String)>,
    pieces: Vec<Piece>,
    lecture: Option<Lecture>,
    modeles: Vec<(String, String)>,
    /// With whose managers a comment may be shared; empty: with nobody's.
    centre: String,
    max_nom: usize,
    exigibles: Vec<(String, String)>,
    avis: Option<Formulaire>,
    annote: bool,
    notes: Vec<Note>,
    etiquettes: String,
    numero_opi: String,
    regime: String,
    montant: String,
    assigne: String,
    profil: Vec<(&'static str, Vec<String>)>,
    historique: Vec<(String, String, String)>,
    /// The form that has just been refused, if one was.
    refusee: Refusee,
    /// What the candidate asked the support; none for who may not read it.
    demandes: Option<Vec<demandes::Courte>>,
}

/// Which piece and page are read, and from which list one comes.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Lu {
    liste: String,
    pub(super) piece: String,
    page: Option<usize>,
}

/// One dossier with its pieces.
pub(super) async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    poste: Poste,
    Query(lu): Query<Lu>,
) -> Result<Response, Arret> {
    page(&etat, &poste, DossierId::new(id), (&lu, Refusee::default())).await
}

/// The page, with a form that was refused if one was.
pub(super) async fn page(
    etat: &Etat,
    poste: &Poste,
    id: DossierId,
    (lu, refusee): (&Lu, Refusee),
) -> Result<Response, Arret> {
    let acte = ActeGestion::Dossier { id: id.clone() };
    let Reponse::DossierGestion(vue) = poste.lire(etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let voulus = Voulus::de_requete(&lu.liste);
    let acte = ActeGestion::Voisins {
        id,
        filtre: Box::new(voulus.filtre(&poste.agent.personnel.id)),
    };
    let Reponse::Voisins(voisins) = poste.lire(etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let gens = poste.collegues(etat).await?;
    let partages = partages(etat, poste, &vue).await?;
    let demandes = demandes::du_candidat(etat, poste, &vue.candidat.id).await?;
    let mut corps = Page {
        demandes,
        refusee,
        ..montrer(etat, poste, &vue, lu, &voisins, &gens)
    };
    if let Some(partages) = partages {
        corps.modeles.extend(partages.modeles);
        corps.centre = partages.centre.to_string();
    }
    let titre = format!("{} {}", vue.candidat.nom, vue.candidat.prenom);
    Ok(poste.page(&titre, &corps))
}

/// What the managers of the formation's centre share, for who is one of them.
async fn partages(
    etat: &Etat,
    poste: &Poste,
    vue: &DossierGestion,
) -> Result<Option<Partages>, Arret> {
    let catalogue = etat.catalogue();
    let formation = catalogue.formations.get(&vue.dossier.formation);
    let centre = formation.map(|f| f.centre.clone());
    let centre = centre.filter(|_| vue.pouvoirs.contains(&Pouvoir::Examiner));
    let Some(centre) = centre else {
        return Ok(None);
    };
    let trouves = commentaires::du_centre(etat, poste, Some(centre)).await?;
    Ok(trouves.into_iter().next())
}

#[expect(clippy::too_many_lines, reason = "one line per field of the page")]
fn montrer(
    etat: &Etat,
    poste: &Poste,
    vue: &DossierGestion,
    lu: &Lu,
    voisins: &Voisins,
    gens: &[Collegue],
) -> Page {
    let (t, catalogue, dossier) = (poste.t(), etat.catalogue(), &vue.dossier);
    let base = format!("/gestion/dossiers/{}", dossier.id);
    let suite = format!("liste={}", percent(&lu.liste));
    let peut = |pouvoir| vue.pouvoirs.contains(&pouvoir);
    let examinable = matches!(dossier.etat, EtatDossier::Transmis | EtatDossier::Complet)
        && peut(Pouvoir::Examiner);
    let ouverte = pieces::ouverte(&dossier.pieces, &lu.piece);
    let ici = ouverte.map_or_else(
        || format!("{base}?{suite}"),
        |p| format!("{base}?{suite}&piece={}", percent(p.code.as_str())),
    );
    let vers = |id: &Option<DossierId>| {
        let id = id.as_ref();
        id.map_or(String::new(), |id| {
            format!("/gestion/dossiers/{id}?{suite}")
        })
    };
    let (dit, classe) = etat_dit(t, dossier.etat, &catalogue);
    let gestion = dossier.gestion.as_deref();
    let fiche = gestion.map(|g| g.fiche.clone()).unwrap_or_default();
    let remis = gestion.and_then(|g| g.profil.as_deref());
    let brouillon = gestion.and_then(|g| g.brouillon.as_ref());
    let presents = vue.presents.iter();
    let informations = remis.unwrap_or(&vue.candidat.profil).informations.as_ref();
    let telephone = informations.and_then(|i| i.telephone.clone());
    let modeles = poste.agent.affaires.modeles.iter();
    let modeles = modeles.map(|(nom, texte)| (nom.clone(), texte.clone()));
    let notes = fiche.notes.iter().rev().map(|n| Note {
        le: quand(t, n.le),
        par: n
            .par
            .personnel()
            .map_or(String::new(), |id| nom_de(id, gens)),
        texte: n.texte.clone(),
    });
    Page {
        t,
        id: dossier.id.to_string(),
        version: dossier.version,
        preuve: poste.visiteur.preuve().to_owned(),
        cle: Visiteur::cle(),
        suivante: format!("{base}?{suite}"),
        retour: format!("/gestion?{}", lu.liste),
        avant: vers(&voisins.avant),
        apres: vers(&voisins.apres),
        place: if voisins.total > 0 {
            t.examen_place(voisins.rang + 1, voisins.total)
        } else {
            String::new()
        },
        presents: presents
            .map(|p| {
                let minutes = etat.maintenant().duration_since(p.le).as_secs() / 60;
                t.examen_present(&p.nom, minutes.max(0))
            })
            .collect(),
        etat: dit,
        classe,
        formation: libelle(t, &catalogue, &dossier.formation),
        numero: vue.candidat.numero.to_string(),
        mail: vue.candidat.mail.clone(),
        rebond: vue.candidat.rebond.is_some(),
        telephone: telephone.unwrap_or_default(),
        transmis: dossier
            .transmis_le
            .map(|le| quand(t, le))
            .unwrap_or_default(),
        echeances: [
            (t.date_retour().0, dossier.echeances.retour),
            (t.date_confirmation().0, dossier.echeances.confirmation),
        ]
        .into_iter()
        .filter_map(|(nom, le)| Some((nom, quand(t, le?))))
        .collect(),
        decision: PageDeDecision::lue(t, dossier, &catalogue, etat.maintenant()),
        brouillon: brouillon.map_or(String::new(), |avis| {
            avis_en_mots(t, &catalogue, &avis.nature)
        }),
        actes: offerts(t, vue),
        pieces: pieces::liste(t, &catalogue, dossier, ouverte, &format!("{base}?{suite}")),
        lecture: ouverte.map(|p| pieces::lecture(t, &catalogue, &base, p, lu, examinable, &suite)),
        modeles: modeles_de_base(t).chain(modeles).collect(),
        centre: String::new(),
        max_nom: MAX_NOM,
        exigibles: if examinable {
            exigibles(t, &catalogue, dossier)
        } else {
            Vec::new()
        },
        avis: avis(etat, poste, vue, &ici),
        annote: peut(Pouvoir::Annoter),
        notes: notes.collect(),
        etiquettes: fiche
            .etiquettes
            .iter()
            .cloned()
            .collect::<Vec<_>>()
            .join(", "),
        numero_opi: fiche.numero_opi.clone().unwrap_or_default(),
        regime: fiche.regime.clone().unwrap_or_default(),
        montant: fiche
            .montant_centimes
            .map_or(String::new(), |c| format!("{},{:02}", c / 100, c % 100)),
        assigne: fiche
            .assigne
            .as_ref()
            .map_or(String::new(), |id| nom_de(id, gens)),
        profil: profil::en_mots(t, remis.unwrap_or(&vue.candidat.profil)),
        historique: historique(t, dossier, &catalogue, gens),
        refusee: Refusee::default(),
        demandes: None,
        ici,
    }
}

/// Comments everybody starts with.
fn modeles_de_base(t: Textes) -> impl Iterator<Item = (String, String)> {
    let textes = [
        t.modele_illisible(),
        t.modele_incomplet(),
        t.modele_autre_piece(),
        t.modele_perime(),
        t.modele_traduction(),
    ];
    textes
        .into_iter()
        .map(|texte| (texte.to_owned(), texte.to_owned()))
}
