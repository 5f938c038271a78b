//! One dossier, as those who examine it see it: the check-list beside the piece that is read, and what may be done.

use actors::protocol::{
    ActeGestion, Collegue, DossierGestion, Etat as EtatDossier, PieceVue, Reponse, StatutPiece,
    Voisins,
};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::campagne::Catalogue;
use domain::dossier::{Depot, Nature};
use domain::ids::{DossierId, PieceCode};
use domain::personnel::affaires::MAX_NOM;
use domain::personnel::droits::Pouvoir;
use serde::Deserialize;

use super::super::cadrage::percent;
use super::super::decision::PageDeDecision;
use super::super::profil;
use super::super::visiteur::{Arret, Visiteur};
use super::actes::Acte;
use super::filtre::Voulus;
use super::{Poste, demandes, etat_dit, historique, libelle, nom_de};
use crate::edge::{Etat, api};
use crate::textes::Textes;
use crate::views::{Formulaire, pour_champ, quand};

/// A piece in the check-list.
struct Piece {
    code: String,
    lien: String,
    libelle: String,
    statut: String,
    classe: &'static str,
    ici: bool,
}

/// The piece that is read.
struct Lecture {
    code: String,
    libelle: String,
    statut: String,
    classe: &'static str,
    commentaire: String,
    /// What the candidate swore instead of a file.
    serment: String,
    nom: String,
    fichier: String,
    image: String,
    page: usize,
    precedente: String,
    suivante: String,
    /// A verdict may be given now.
    a_decider: bool,
}

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
    /// What the candidate asked the support; none for who may not read it.
    demandes: Option<Vec<demandes::Courte>>,
}

/// Which piece and page are read, and from which list one comes.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Lu {
    liste: String,
    piece: String,
    page: Option<usize>,
}

/// One dossier with its pieces.
pub(super) async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    poste: Poste,
    Query(lu): Query<Lu>,
) -> Result<Response, Arret> {
    let id = DossierId::new(id);
    let acte = ActeGestion::Dossier { id: id.clone() };
    let Reponse::DossierGestion(vue) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let voulus = Voulus::de_requete(&lu.liste);
    let acte = ActeGestion::Voisins {
        id,
        filtre: Box::new(voulus.filtre(&poste.agent.personnel.id)),
    };
    let Reponse::Voisins(voisins) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    let gens = poste.collegues(&etat).await?;
    let demandes = demandes::du_candidat(&etat, &poste, &vue.candidat.id).await?;
    let corps = Page {
        demandes,
        ..montrer(&etat, &poste, &vue, &lu, &voisins, &gens)
    };
    let titre = format!("{} {}", vue.candidat.nom, vue.candidat.prenom);
    Ok(poste.page(&titre, &corps))
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
    let ouverte = ouverte(&dossier.pieces, &lu.piece);
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
        preuve: poste.visiteur.preuve(),
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
        pieces: pieces(t, &catalogue, dossier, ouverte, &format!("{base}?{suite}")),
        lecture: ouverte.map(|p| lecture(t, &catalogue, &base, p, lu, examinable, &suite)),
        modeles: modeles_de_base(t).chain(modeles).collect(),
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

/// The piece that is read: the one asked for, else the first that waits for a verdict, else the first.
fn ouverte<'a>(pieces: &'a [PieceVue], voulue: &str) -> Option<&'a PieceVue> {
    let demandee = pieces.iter().find(|p| p.code.as_str() == voulue);
    let a_decider =
        |p: &&PieceVue| matches!(p.statut, StatutPiece::Deposee | StatutPiece::NonConcerne);
    demandee
        .or_else(|| pieces.iter().find(a_decider))
        .or_else(|| pieces.first())
}

fn statut(t: Textes, piece: &PieceVue) -> (String, &'static str) {
    let (dit, classe) = match piece.statut {
        StatutPiece::Attendue => (t.piece_attendue(), ""),
        StatutPiece::Deposee => (t.piece_deposee(), "a-faire"),
        StatutPiece::EnAnalyse => (t.piece_en_analyse(), ""),
        StatutPiece::NonConcerne => (t.piece_non_concerne(), "a-faire"),
        StatutPiece::Validee => (t.piece_validee(), "fait"),
        StatutPiece::Refusee => (t.piece_refusee(), "refus"),
    };
    (dit.to_owned(), classe)
}

pub(super) fn nom_de_piece(t: Textes, catalogue: &Catalogue, code: &PieceCode) -> String {
    let def = catalogue.pieces.get(code);
    def.map_or(code.to_string(), |d| d.libelle.dans(t.langue()).to_owned())
}

fn pieces(
    t: Textes,
    catalogue: &Catalogue,
    dossier: &actors::protocol::DossierVue,
    ouverte: Option<&PieceVue>,
    base: &str,
) -> Vec<Piece> {
    let pieces = dossier.pieces.iter().map(|p| {
        let (statut, classe) = statut(t, p);
        Piece {
            lien: format!("{base}&piece={}#lecture", percent(p.code.as_str())),
            libelle: nom_de_piece(t, catalogue, &p.code),
            statut,
            classe,
            ici: ouverte.is_some_and(|o| o.code == p.code),
            code: p.code.to_string(),
        }
    });
    pieces.collect()
}

fn lecture(
    t: Textes,
    catalogue: &Catalogue,
    base: &str,
    piece: &PieceVue,
    lu: &Lu,
    examinable: bool,
    suite: &str,
) -> Lecture {
    let (dit, classe) = statut(t, piece);
    let code = percent(piece.code.as_str());
    let fichier = format!("{base}/pieces/{code}");
    let page = lu.page.unwrap_or(1).max(1);
    let autre = |n: usize| format!("{base}?{suite}&piece={code}&page={n}#lecture");
    let mut lecture = Lecture {
        libelle: nom_de_piece(t, catalogue, &piece.code),
        code: piece.code.to_string(),
        statut: dit,
        classe,
        commentaire: piece.commentaire.clone().unwrap_or_default(),
        serment: String::new(),
        nom: String::new(),
        fichier: String::new(),
        image: String::new(),
        page,
        precedente: String::new(),
        suivante: String::new(),
        a_decider: examinable && piece.depot.is_some(),
    };
    match &piece.depot {
        Some(Depot::Deposee { fichier: f }) => {
            lecture.nom.clone_from(&f.nom);
            lecture.image = format!("{fichier}?apercu=1&page={page}");
            // A picture has one page; of a document the next is offered, and the last one says so.
            if f.type_ == domain::fichier::TypeFichier::Pdf {
                lecture.suivante = autre(page + 1);
            }
            if page > 1 {
                lecture.precedente = autre(page - 1);
            }
            lecture.fichier = fichier;
        }
        Some(Depot::NonConcerne {
            certifie_le,
            serment,
        }) => lecture.serment = format!("{serment} ({})", quand(t, *certifie_le)),
        None => {}
    }
    lecture
}

/// Pieces of the campaign that this dossier does not have yet.
fn exigibles(
    t: Textes,
    catalogue: &Catalogue,
    dossier: &actors::protocol::DossierVue,
) -> Vec<(String, String)> {
    let la = |code: &PieceCode| dossier.pieces.iter().any(|p| p.code == *code);
    let autres = catalogue.pieces.values().filter(|d| !la(&d.code));
    autres
        .map(|d| (d.code.to_string(), d.libelle.dans(t.langue()).to_owned()))
        .collect()
}

fn avis_en_mots(t: Textes, catalogue: &Catalogue, nature: &Nature) -> String {
    match nature {
        Nature::Favorable => t.etat_favorable().to_owned(),
        Nature::Defavorable { motif } => {
            let motif = catalogue.motifs.get(motif);
            let motif = motif.map_or("", |m| m.libelle.dans(t.langue()));
            format!("{} : {motif}", t.etat_defavorable())
        }
        Nature::ListeComplementaire { rang } => t.decision_rang(rang),
        Nature::ListeAttente => t.etat_liste_attente().to_owned(),
        Nature::Preselection { convocation } => {
            let convocation = convocation.as_ref().map(|c| quand(t, c.le));
            format!(
                "{} {}",
                t.etat_preselection(),
                convocation.unwrap_or_default()
            )
        }
    }
}

/// What may be asked of this dossier as it stands; each leads to a preview.
fn offerts(t: Textes, vue: &DossierGestion) -> Vec<(&'static str, String)> {
    let dossier = &vue.dossier;
    let etat = dossier.etat;
    let brouillon = dossier
        .gestion
        .as_ref()
        .is_some_and(|g| g.brouillon.is_some());
    let nature = dossier.decision.as_ref().map(|d| &d.avis.nature);
    let offre = nature == Some(&Nature::Favorable);
    let liste = matches!(nature, Some(Nature::ListeComplementaire { .. }));
    let attente = liste || nature == Some(&Nature::ListeAttente);
    let libre = dossier.reponse.is_none();
    let confirme = dossier.reponse == Some(domain::dossier::Reponse::Confirmee);
    let examen = matches!(etat, EtatDossier::Transmis | EtatDossier::Complet);
    let convient = |acte: Acte| match acte {
        Acte::Complet => etat == EtatDossier::Transmis,
        Acte::Renvoi => examen && nature.is_none(),
        Acte::Reprise => etat == EtatDossier::Incomplet,
        Acte::Reouverture => etat == EtatDossier::Complet && nature.is_none(),
        Acte::Avis => false,
        Acte::RetirerAvis | Acte::Validation => brouillon,
        Acte::Assignation => true,
        Acte::Echeances => etat != EtatDossier::Annule,
        Acte::Promotion => liste && libre,
        Acte::Confirmation => offre && libre,
        Acte::Desistement => (offre && (libre || confirme)) || (attente && libre),
        Acte::Retablissement => offre && !libre && !confirme,
        Acte::Annulation => etat != EtatDossier::Annule && !confirme,
    };
    let permis = |acte: &Acte| convient(*acte) && vue.pouvoirs.contains(&acte.pouvoir());
    let offerts = Acte::TOUS.into_iter().filter(permis);
    offerts.map(|a| (a.code(), a.texte(t).to_owned())).collect()
}

/// The form of the draft; no mail leaves with it, so it is entered at once (T15, T17).
fn avis(etat: &Etat, poste: &Poste, vue: &DossierGestion, ici: &str) -> Option<Formulaire> {
    let (t, dossier) = (poste.t(), &vue.dossier);
    let examen = matches!(dossier.etat, EtatDossier::Transmis | EtatDossier::Complet);
    if !examen || !vue.pouvoirs.contains(&Pouvoir::SaisirAvis) {
        return None;
    }
    let champs = Acte::Avis.champs(t, &etat.catalogue(), &[], false);
    let brouillon = dossier.gestion.as_ref().and_then(|g| g.brouillon.as_ref());
    let mut valeurs = Vec::new();
    if let Some(avis) = brouillon {
        let mut garder = |nom: &str, valeur: String| valeurs.push((nom.to_owned(), valeur));
        match &avis.nature {
            Nature::Favorable => garder("avis", "favorable".to_owned()),
            Nature::Defavorable { motif } => {
                garder("avis", "defavorable".to_owned());
                garder("motif", motif.to_string());
            }
            Nature::ListeComplementaire { rang } => {
                garder("avis", "liste_complementaire".to_owned());
                garder("rang", rang.to_string());
            }
            Nature::ListeAttente => garder("avis", "liste_attente".to_owned()),
            Nature::Preselection { convocation } => {
                garder("avis", "preselection".to_owned());
                if let Some(c) = convocation {
                    garder("convocation.le", pour_champ(c.le));
                    garder("convocation.lieu", c.lieu.clone());
                    garder(
                        "convocation.consigne",
                        c.consigne.clone().unwrap_or_default(),
                    );
                }
            }
        }
        garder("commentaire", avis.commentaire.clone().unwrap_or_default());
        if avis.appel {
            garder("appel", "oui".to_owned());
        }
    }
    let form = poste
        .visiteur
        .formulaire("/gestion/lots", &t.examen_saisir(), champs)
        .cache("acte", Acte::Avis.code())
        .cache("etape", "faire")
        .cache("dossier", dossier.id.to_string())
        .cache("version", dossier.version.to_string())
        .cache("retour_a", ici);
    Some(form.remplir(&valeurs))
}

/// A file; the look is in the trail.
pub(super) async fn fichier(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    Query(voulu): Query<api::pieces::Voulu>,
    poste: Poste,
) -> Result<Response, Arret> {
    let acte = ActeGestion::Piece {
        id: DossierId::new(id),
        piece: PieceCode::new(code.clone()),
    };
    let Reponse::Dossier(vue) = poste.lire(&etat, acte).await? else {
        return Err(Arret::inattendu());
    };
    Ok(api::pieces::rendre(&etat, &vue, &code, &voulu).await?)
}
