//! The offer and the dossiers (G20–G31).

use actors::protocol::{Acte, DossierVue, Etat as EtatDossier, Reponse};
use askama::Template;
use axum::extract::{Form, Path, Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::campagne::{Catalogue, Formation, PieceDef};
use domain::dossier::{Commande, Depot, SERMENT};
use domain::ids::{DossierId, FormationCode, PieceCode};
use domain::langue::Langue;
use domain::refus::CodeRefus;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::compte::valeur;
use super::gabarits::{Formulaire, probleme, rendu};
use super::visiteur::{Arret, Visiteur};
use crate::edge::api::{dossiers as api, pieces};
use crate::edge::{Etat, vues};

type Saisie = Vec<(String, String)>;

/// A date and hour as people in France read it.
fn quand(instant: Timestamp) -> String {
    let fuseau = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    instant
        .to_zoned_datetime(fuseau)
        .strftime("%d/%m/%Y à %H:%M")
        .to_string()
}

struct LigneFormation {
    code: String,
    libelle: String,
    dates: String,
    ouverte: bool,
}

struct GroupeFormations {
    titre: String,
    niveaux: Vec<(String, Vec<LigneFormation>)>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<form class="recherche" method="get" action="/" role="search"><div class="champ"><label for="filtre">Chercher une formation</label>
<input id="filtre" name="filtre" type="search" value="{{ filtre }}"></div><button>Chercher</button></form>
{% if groupes.is_empty() %}<p>Aucune formation ne correspond. Essayez un mot plus court.</p>{% endif %}
{% for g in groupes %}<section><h2>{{ g.titre }}</h2>{% for (niveau, formations) in g.niveaux %}
<details{% if !filtre.is_empty() %} open{% endif %}><summary>{{ niveau }} ({{ formations.len() }})</summary>
{% for f in formations %}<div class="carte ligne"><div><h3>{{ f.libelle }}</h3><p class="discret">{{ f.dates }}</p></div>
{% if f.ouverte %}<a class="bouton" href="/formations/{{ f.code }}/candidater">Candidater<span class="saut"> à {{ f.libelle }}</span></a>{% endif %}</div>{% endfor %}
</details>{% endfor %}</section>{% endfor %}"#
)]
struct Offre {
    filtre: String,
    groupes: Vec<GroupeFormations>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Filtre {
    filtre: String,
}

fn dates(f: &Formation, maintenant: Timestamp) -> String {
    if maintenant < f.candidature_debut {
        return format!("Ouvre le {}", quand(f.candidature_debut));
    }
    if maintenant > f.candidature_fin {
        return format!("Fermée depuis le {}", quand(f.candidature_fin));
    }
    format!("Ouverte jusqu'au {}", quand(f.candidature_fin))
}

pub(super) async fn offre(
    State(etat): State<Etat>,
    visiteur: Visiteur,
    Query(Filtre { filtre }): Query<Filtre>,
) -> Response {
    let (catalogue, maintenant) = (etat.catalogue(), etat.maintenant());
    let ligne = |f: &Formation| LigneFormation {
        code: f.code.to_string(),
        libelle: f.libelle.fr.clone(),
        dates: dates(f, maintenant),
        ouverte: f.ouverte(maintenant),
    };
    let groupes = vues::offre(&catalogue, &filtre)
        .into_iter()
        .map(|(composante, niveaux)| {
            let libelle = catalogue
                .composantes
                .get(composante)
                .map(|c| c.libelle.fr.clone());
            let niveaux = niveaux.into_iter().map(|(niveau, formations)| {
                (
                    niveau.to_owned(),
                    formations.into_iter().map(ligne).collect(),
                )
            });
            let titre = libelle.unwrap_or_else(|| composante.to_owned());
            GroupeFormations {
                titre,
                niveaux: niveaux.collect(),
            }
        });
    let corps = rendu(&Offre {
        groupes: groupes.collect(),
        filtre,
    });
    visiteur.page("Formations", &corps)
}

struct LigneDossier {
    id: String,
    libelle: String,
    etat: &'static str,
    date: String,
    a_faire: bool,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if dossiers.is_empty() %}<p>Vous n'avez pas encore de dossier. <a href="/">Choisissez une formation</a>.</p>{% endif %}
{% for d in dossiers %}<div class="carte ligne"><div><h2><a href="/dossiers/{{ d.id }}">{{ d.libelle }}</a></h2><p class="discret">{{ d.date }}</p>
{% if d.a_faire %}<p>Toutes les pièces sont là : pensez à transmettre.</p>{% endif %}</div><span class="etat">{{ d.etat }}</span></div>{% endfor %}"#
)]
struct Table {
    dossiers: Vec<LigneDossier>,
}

fn libelle(catalogue: &Catalogue, code: &FormationCode) -> String {
    catalogue
        .formations
        .get(code)
        .map_or_else(|| code.to_string(), |f| f.libelle.fr.clone())
}

fn date(vue: &DossierVue, catalogue: &Catalogue) -> String {
    match (vue.transmis_le, catalogue.formations.get(&vue.formation)) {
        (Some(le), _) => format!("Transmis le {}", quand(le)),
        (None, Some(f)) if vue.echu => {
            format!("Non transmis : la date limite était le {}", quand(f.retour))
        }
        (None, Some(f)) if vue.etat == EtatDossier::EnAttente => {
            format!("À transmettre avant le {}", quand(f.retour))
        }
        (None, Some(_) | None) => String::new(),
    }
}

pub(super) async fn lister(
    State(etat): State<Etat>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let Reponse::Dossiers { dossiers } = visiteur.agir(&etat, Acte::Dossiers).await? else {
        return Err(CodeRefus::Introuvable.into());
    };
    let catalogue = etat.catalogue();
    let dossiers = dossiers.iter().map(|vue| LigneDossier {
        id: vue.id.to_string(),
        libelle: libelle(&catalogue, &vue.formation),
        etat: vues::libelle(vue.etat, &catalogue),
        date: date(vue, &catalogue),
        a_faire: vue.transmissible,
    });
    let corps = rendu(&Table {
        dossiers: dossiers.collect(),
    });
    Ok(visiteur.page("Mes dossiers", &corps))
}

/// G21: choosing a formation asks for confirmation.
pub(super) async fn confirmer(
    State(etat): State<Etat>,
    Path(code): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    visiteur.session()?;
    let catalogue = etat.catalogue();
    let formation = catalogue
        .formations
        .get(code.as_str())
        .ok_or(CodeRefus::Introuvable)?;
    let (action, preuve) = (
        format!("/formations/{}/candidater", formation.code),
        visiteur.preuve(),
    );
    let mut form = Formulaire::new(&action, "Oui, ouvrir un dossier", vec![]);
    form.preuve = &preuve;
    let corps = format!(
        "{}<p><a href=\"/\">Non, revenir aux formations</a></p>",
        form.html()
    );
    Ok(visiteur.page(
        &format!("Candidater à « {} » ?", formation.libelle.fr),
        &corps,
    ))
}

pub(super) async fn ouvrir(
    State(etat): State<Etat>,
    Path(code): Path<String>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Result<Response, Arret> {
    visiteur.verifier(valeur(&saisie, "preuve").as_deref())?;
    let acte = Acte::OuvrirDossier {
        formation: FormationCode::new(code),
    };
    let Reponse::Dossier(vue) = visiteur.agir(&etat, acte).await? else {
        return Err(CodeRefus::Introuvable.into());
    };
    Ok(Redirect::to(&format!("/dossiers/{}", vue.id)).into_response())
}

struct LignePiece {
    code: String,
    libelle: String,
    aide: String,
    commune: bool,
    conditionnelle: bool,
    modele: bool,
    fichier: Option<String>,
    non_concerne: bool,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p><span class="etat{% if transmis %} fait{% endif %}">{{ etat }}</span> {{ date }}</p>
{% if transmissible %}<div class="message" role="status"><p>Toutes les pièces sont là. Il reste à transmettre : un dossier non transmis n'est pas examiné.</p></div>
<form method="post" action="/dossiers/{{ id }}/transmettre"><input type="hidden" name="preuve" value="{{ preuve }}">
<p class="discret">Après la transmission, plus rien ne pourra être modifié.</p><button class="pret">Transmettre ma candidature</button></form>{% endif %}
{% if transmis %}<p><a class="bouton" href="/dossiers/{{ id }}/accuse">Accusé de réception</a></p>{% endif %}
<h2>Pièces justificatives</h2>
{% for p in pieces %}<section class="carte" id="piece-{{ p.code }}"><div class="ligne"><h3>{{ p.libelle }}</h3>
{% if p.fichier.is_some() %}<span class="etat fait">Déposée</span>{% else if p.non_concerne %}<span class="etat fait">Non concerné</span>{% else %}<span class="etat">Attendue</span>{% endif %}</div>
{% if !p.aide.is_empty() %}<p class="aide">{{ p.aide }}</p>{% endif %}
{% if p.commune && ouvert %}<p class="discret">Le même fichier sert à tous vos dossiers qui le demandent.</p>{% endif %}
{% if p.modele %}<p><a href="/api/v1/pieces/{{ p.code }}/modele">Télécharger le formulaire à remplir</a></p>{% endif %}
{% if let Some(nom) = p.fichier %}<p><a href="/dossiers/{{ id }}/pieces/{{ p.code }}">{{ nom }}</a></p>{% endif %}
{% if ouvert %}{% if p.non_concerne %}<form method="post" action="/dossiers/{{ id }}/pieces/{{ p.code }}/revenir"><input type="hidden" name="preuve" value="{{ preuve }}"><button class="second">Revenir sur ma déclaration</button></form>
{% else %}<form method="post" enctype="multipart/form-data" action="/dossiers/{{ id }}/pieces/{{ p.code }}/deposer?preuve={{ preuve }}">
<label for="fichier-{{ p.code }}">{% if p.fichier.is_some() %}Remplacer le fichier{% else %}Choisir un fichier{% endif %}</label><p class="aide">PDF, JPG ou PNG, 4 Mo au plus.</p>
<input id="fichier-{{ p.code }}" name="fichier" type="file" accept=".pdf,.jpg,.jpeg,.png,image/*,application/pdf"><p><button>Déposer</button></p></form>
{% if p.fichier.is_some() %}<form method="post" action="/dossiers/{{ id }}/pieces/{{ p.code }}/retirer"><input type="hidden" name="preuve" value="{{ preuve }}"><button class="second">Retirer</button></form>{% endif %}
{% if p.conditionnelle && p.fichier.is_none() %}<form method="post" action="/dossiers/{{ id }}/pieces/{{ p.code }}/non-concerne"><input type="hidden" name="preuve" value="{{ preuve }}">
<label class="case"><input type="checkbox" name="certifie" value="oui">{{ serment }}</label><button class="second">Je ne suis pas concerné</button></form>{% endif %}{% endif %}{% endif %}</section>{% endfor %}
{% if ouvert %}<h2>Renoncer à ce dossier</h2><form method="post" action="/dossiers/{{ id }}/annuler"><input type="hidden" name="preuve" value="{{ preuve }}"><button class="second">Annuler ce dossier</button></form>{% endif %}"#
)]
struct PageDossier {
    id: String,
    etat: &'static str,
    date: String,
    preuve: String,
    serment: &'static str,
    transmis: bool,
    ouvert: bool,
    transmissible: bool,
    pieces: Vec<LignePiece>,
}

async fn trouver(etat: &Etat, visiteur: &Visiteur, id: &str) -> Result<Box<DossierVue>, Arret> {
    let Reponse::Dossier(vue) = visiteur
        .agir(
            etat,
            Acte::Dossier {
                id: DossierId::new(id),
            },
        )
        .await?
    else {
        return Err(CodeRefus::Introuvable.into());
    };
    Ok(vue)
}

fn ligne_piece(vue: &actors::protocol::PieceVue, def: Option<&PieceDef>) -> LignePiece {
    let fichier = match &vue.depot {
        Some(Depot::Deposee { fichier }) => Some(fichier.nom.clone()),
        Some(Depot::NonConcerne { .. }) | None => None,
    };
    LignePiece {
        code: vue.code.to_string(),
        libelle: def.map_or_else(|| vue.code.to_string(), |d| d.libelle.fr.clone()),
        aide: def
            .map(|d| d.aide.dans(Langue::Fr).to_owned())
            .unwrap_or_default(),
        commune: def.is_some_and(|d| d.commune),
        conditionnelle: def.is_some_and(|d| d.conditionnelle),
        modele: def.is_some_and(|d| d.modele.is_some()),
        non_concerne: fichier.is_none() && vue.depot.is_some(),
        fichier,
    }
}

pub(super) async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    let catalogue = etat.catalogue();
    let pieces = vue
        .pieces
        .iter()
        .map(|p| ligne_piece(p, catalogue.pieces.get(&p.code)));
    let corps = rendu(&PageDossier {
        id,
        etat: vues::libelle_dossier(&vue, &catalogue),
        date: date(&vue, &catalogue),
        preuve: visiteur.preuve(),
        serment: SERMENT,
        transmis: vue.remise.is_some(),
        ouvert: matches!(vue.etat, EtatDossier::EnAttente | EtatDossier::Incomplet) && !vue.echu,
        transmissible: vue.transmissible,
        pieces: pieces.collect(),
    });
    Ok(visiteur.page(&libelle(&catalogue, &vue.formation), &corps))
}

/// Does it, then shows the dossier; a refusal is a page with the way back.
async fn faire(
    etat: &Etat,
    visiteur: &Visiteur,
    id: &str,
    commande: Commande,
) -> Result<Response, Arret> {
    let session = visiteur.session()?.to_owned();
    let retour = format!("/dossiers/{id}");
    let acte = Acte::AgirDossier {
        id: DossierId::new(id),
        commande,
        version: None,
    };
    let requete = actors::protocol::Requete::Candidat { session, acte };
    match etat.guichet.traiter(None, requete).await {
        Ok(_) => Ok(Redirect::to(&retour).into_response()),
        Err(actors::protocol::Faute::SessionAbsente) => {
            Ok(Redirect::to("/connexion").into_response())
        }
        Err(faute) => Ok(probleme(&faute.into(), Some(&retour))),
    }
}

pub(super) async fn agir(
    State(etat): State<Etat>,
    Path((id, acte)): Path<(String, String)>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Result<Response, Arret> {
    visiteur.verifier(valeur(&saisie, "preuve").as_deref())?;
    let commande = match acte.as_str() {
        "transmettre" => Commande::Transmettre,
        "annuler" => Commande::Annuler,
        _ => return Err(CodeRefus::Introuvable.into()),
    };
    faire(&etat, &visiteur, &id, commande).await
}

pub(super) async fn agir_piece(
    State(etat): State<Etat>,
    Path((id, code, acte)): Path<(String, String, String)>,
    visiteur: Visiteur,
    Form(saisie): Form<Saisie>,
) -> Result<Response, Arret> {
    visiteur.verifier(valeur(&saisie, "preuve").as_deref())?;
    let piece = PieceCode::new(code);
    let commande = match acte.as_str() {
        "retirer" => Commande::Retirer { piece },
        "revenir" => Commande::RevenirConcerne { piece },
        "non-concerne" => Commande::DeclarerNonConcerne {
            piece,
            certifie: valeur(&saisie, "certifie").is_some(),
        },
        _ => return Err(CodeRefus::Introuvable.into()),
    };
    faire(&etat, &visiteur, &id, commande).await
}

#[derive(Deserialize)]
pub(super) struct Preuve {
    preuve: String,
}

pub(super) async fn deposer(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    Query(Preuve { preuve }): Query<Preuve>,
    visiteur: Visiteur,
    requete: Request,
) -> Result<Response, Arret> {
    visiteur.verifier(Some(&preuve))?;
    trouver(&etat, &visiteur, &id).await?;
    match pieces::recevoir_fichier(&etat, requete).await {
        Ok(fichier) => {
            let piece = PieceCode::new(code);
            faire(&etat, &visiteur, &id, Commande::Deposer { piece, fichier }).await
        }
        Err(refus) => Ok(probleme(&refus, Some(&format!("/dossiers/{id}")))),
    }
}

pub(super) async fn fichier(
    State(etat): State<Etat>,
    Path((id, code)): Path<(String, String)>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    Ok(pieces::rendre(&etat, &vue, &code).await?)
}

pub(super) async fn accuse(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    visiteur: Visiteur,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    let Reponse::Moi(moi) = visiteur.agir(&etat, Acte::Moi).await? else {
        return Err(CodeRefus::Introuvable.into());
    };
    Ok(api::signer(&etat, &vue, *moi)?)
}
