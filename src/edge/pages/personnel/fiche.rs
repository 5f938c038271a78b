//! One member of staff: invited, changed, disabled, invited again.

use actors::protocol::{Faute, NouveauPersonnel};
use axum::extract::{Path, Query};
use domain::formulaires::PersonnelForm;
use domain::ids::PersonnelId;
use domain::refus::CodeRefus;
use serde::Deserialize;

use super::super::compte::{TexteEtFormulaire, refuser};
use super::*;
use crate::views::{Champ, Formulaire, jour};

#[derive(Template)]
#[template(path = "personnel/fiche.html")]
struct Fiche {
    message: String,
    etat: &'static str,
    classe: &'static str,
    mail: String,
    depuis: String,
    form: Formulaire,
    actes: Vec<Formulaire>,
    liens: Vec<Lien>,
}

const ROLES: [&str; 5] = [
    "administrateur",
    "gestionnaire",
    "commission",
    "support",
    "support_lecture",
];

fn role_nomme(t: Textes, code: &str) -> String {
    match code {
        "administrateur" => t.role_administrateur(),
        "gestionnaire" => t.role_gestionnaire(),
        "commission" => t.role_commission(),
        "support" => t.role_support(),
        _ => t.role_support_lecture(),
    }
    .to_owned()
}

fn champs(etat: &Etat, t: Textes, nouveau: bool) -> Vec<Champ> {
    let catalogue = etat.catalogue();
    let langue = t.langue();
    let roles = ROLES.map(|r| (r.to_owned(), role_nomme(t, r))).to_vec();
    let centres = catalogue.centres.values();
    let centres = centres.map(|c| (c.code.to_string(), c.libelle.dans(langue).to_owned()));
    let commissions = catalogue.commissions.values();
    let commissions = commissions.map(|c| (c.code.to_string(), c.libelle.dans(langue).to_owned()));
    let avis = vec![
        ("saisir".to_owned(), t.personnel_saisir().to_owned()),
        ("valider".to_owned(), t.personnel_valider().to_owned()),
    ];
    let mut champs = vec![
        Champ::ligne(t, "prenom", &t.personnel_prenom(), "text"),
        Champ::ligne(t, "nom", &t.personnel_nom(), "text"),
        Champ::cases(t, "roles", &t.personnel_roles(), roles),
        Champ::cases(t, "centres", &t.personnel_centres(), centres.collect()),
        Champ::cases(
            t,
            "commissions",
            &t.personnel_commissions(),
            commissions.collect(),
        ),
        Champ::cases(t, "avis", &t.personnel_droits(), avis),
    ];
    if nouveau {
        champs.insert(0, Champ::ligne(t, "mail", &t.personnel_mail(), "email"));
    }
    champs
}

fn lire_form(saisie: &Saisie) -> PersonnelForm {
    let avis = saisie.tous("avis");
    let a = |code: &str| avis.iter().any(|v| v == code);
    PersonnelForm {
        mail: saisie.brut("mail"),
        nom: saisie.brut("nom"),
        prenom: saisie.brut("prenom"),
        roles: saisie.tous("roles"),
        centres: saisie.tous("centres"),
        commissions: saisie.tous("commissions"),
        peut_saisir_avis: a("saisir"),
        peut_valider_avis: a("valider"),
    }
}

fn connu(vue: &PersonnelVue) -> Vec<(String, String)> {
    let mut champs = vec![("nom", vue.nom.clone()), ("prenom", vue.prenom.clone())];
    for role in &vue.droits.roles {
        champs.push(("roles", role.code().to_owned()));
        match role {
            Role::Gestionnaire { centres } => {
                champs.extend(centres.iter().map(|c| ("centres", c.to_string())));
            }
            Role::Commission { commissions } => {
                champs.extend(commissions.iter().map(|c| ("commissions", c.to_string())));
            }
            Role::Administrateur | Role::Support | Role::SupportLecture => {}
        }
    }
    if vue.droits.peut_saisir_avis {
        champs.push(("avis", "saisir".to_owned()));
    }
    if vue.droits.peut_valider_avis {
        champs.push(("avis", "valider".to_owned()));
    }
    champs.into_iter().map(|(n, v)| (n.to_owned(), v)).collect()
}

fn form_invitation(etat: &Etat, visiteur: &Visiteur) -> Formulaire {
    let t = visiteur.t;
    let champs = champs(etat, t, true);
    visiteur
        .formulaire(
            "/gestion/personnel/inviter",
            &t.personnel_inviter_bouton(),
            champs,
        )
        .retour("/gestion/personnel", &t.annuler())
}

fn page_invitation(visiteur: &Visiteur, form: Formulaire) -> Response {
    let t = visiteur.t;
    let corps = TexteEtFormulaire {
        textes: vec![t.personnel_inviter_aide().to_owned()],
        form,
        suites: vec![],
    };
    visiteur.page(&t.personnel_inviter(), &corps)
}

pub(super) async fn nouvelle(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    // Whoever may not read the list may not invite.
    tous(&etat, &visiteur).await?;
    let form = form_invitation(&etat, &visiteur);
    Ok(page_invitation(&visiteur, form))
}

/// The person after the act, or why it was refused.
async fn faire(
    etat: &Etat,
    visiteur: &Visiteur,
    saisie: &Saisie,
    acte: ActePersonnel,
) -> Result<Result<PersonnelVue, Faute>, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let session = visiteur.session()?.to_owned();
    let acte = ActeGestion::Personnel(acte);
    let requete = actors::protocol::Requete::Gestion { session, acte };
    match etat.guichet.traiter(saisie.commande(), requete).await {
        Ok(Reponse::Personnel { personnel, .. }) => Ok(Ok(*personnel)),
        Ok(_) => Err(Arret::inattendu()),
        Err(Faute::SessionAbsente) => Err(Faute::SessionAbsente.into()),
        Err(faute) => Ok(Err(faute)),
    }
}

pub(super) async fn inviter(
    State(etat): State<Etat>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let fait = match lire_form(&saisie).lire(&etat.catalogue()) {
        Err(refus) => Err(refus.into()),
        Ok(lu) => {
            let nouveau = NouveauPersonnel {
                mail: lu.mail,
                nom: lu.nom,
                prenom: lu.prenom,
                droits: lu.droits,
                langue: visiteur.t.langue(),
            };
            faire(&etat, &visiteur, &saisie, ActePersonnel::Inviter(nouveau)).await?
        }
    };
    match fait {
        Ok(vue) => Ok(vers(&vue.id, "invite")),
        Err(faute) => {
            let form = form_invitation(&etat, &visiteur).remplir(&saisie.0);
            let form = refuser(visiteur.t, form, &faute);
            Ok(page_invitation(&visiteur, form))
        }
    }
}

fn vers(id: &PersonnelId, fait: &str) -> Response {
    Redirect::to(&format!("/gestion/personnel/{id}?fait={fait}")).into_response()
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Fait {
    fait: String,
}

async fn trouver(etat: &Etat, visiteur: &Visiteur, id: &str) -> Result<PersonnelVue, Arret> {
    let id = PersonnelId::new(id);
    let acte = ActeGestion::Personnel(ActePersonnel::Lire { id });
    let Reponse::Personnel { personnel, .. } = gerer(etat, visiteur, acte).await? else {
        return Err(Arret::inattendu());
    };
    Ok(*personnel)
}

fn formulaire(etat: &Etat, visiteur: &Visiteur, vue: &PersonnelVue) -> Formulaire {
    let t = visiteur.t;
    let action = format!("/gestion/personnel/{}", vue.id);
    visiteur
        .formulaire(&action, &t.enregistrer(), champs(etat, t, false))
        .remplir(&connu(vue))
        .retour("/gestion/personnel", &t.personnel_retour())
}

fn montrer(visiteur: &Visiteur, vue: &PersonnelVue, form: Formulaire, message: &str) -> Response {
    let t = visiteur.t;
    let (etat, classe) = etat_dit(t, vue.etat);
    let racine = format!("/gestion/personnel/{}", vue.id);
    let acte = |acte: &str, texte: &str| {
        let chemin = format!("{racine}/{acte}");
        visiteur.formulaire(&chemin, texte, vec![]).discret()
    };
    let mut actes = vec![];
    let mut liens = vec![];
    if vue.etat != EtatPersonnel::Actif {
        actes.push(acte("invitation", &t.personnel_renvoyer()));
    }
    if vue.second_facteur {
        let chemin = format!("{racine}/second-facteur");
        liens.push(Lien::new(&chemin, &t.personnel_retirer_second()));
    }
    if vue.identite {
        let chemin = format!("{racine}/identite");
        liens.push(Lien::new(&chemin, &t.personnel_delier()));
    }
    if vue.etat != EtatPersonnel::Desactive {
        let chemin = format!("{racine}/desactiver");
        liens.push(Lien::new(&chemin, &t.personnel_desactiver()));
    }
    let trace = format!("/gestion/audit?personnel={}", vue.id);
    liens.push(Lien::new(&trace, &t.personnel_trace()));
    let corps = Fiche {
        message: message.to_owned(),
        etat,
        classe,
        mail: vue.mail.clone(),
        depuis: t.personnel_depuis(jour(t, vue.cree_le)),
        form,
        actes,
        liens,
    };
    visiteur.page(&nom(vue), &corps)
}

pub(super) async fn lire(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    Query(fait): Query<Fait>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    let form = formulaire(&etat, &visiteur, &vue);
    let t = visiteur.t;
    let message = match fait.fait.as_str() {
        "" => "",
        "invite" => t.personnel_invitation_envoyee().0,
        _ => t.campagne_change().0,
    };
    Ok(montrer(&visiteur, &vue, form, message))
}

pub(super) async fn modifier(
    State(etat): State<Etat>,
    Path(id): Path<String>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let fait = match lire_form(&saisie).lire_changement(&etat.catalogue()) {
        Err(refus) => Err(refus.into()),
        Ok(lu) => {
            let acte = ActePersonnel::Modifier {
                id: PersonnelId::new(id.clone()),
                nom: lu.nom,
                prenom: lu.prenom,
                droits: lu.droits,
            };
            faire(&etat, &visiteur, &saisie, acte).await?
        }
    };
    match fait {
        Ok(vue) => Ok(vers(&vue.id, "change")),
        Err(faute) => {
            let vue = trouver(&etat, &visiteur, &id).await?;
            let form = formulaire(&etat, &visiteur, &vue).remplir(&saisie.0);
            let form = refuser(visiteur.t, form, &faute);
            Ok(montrer(&visiteur, &vue, form, ""))
        }
    }
}

/// What is asked before an act that takes something away: its question and its button.
fn demande(t: Textes, acte: &str, vue: &PersonnelVue) -> Option<(String, &'static str)> {
    match acte {
        "desactiver" => Some((
            t.personnel_desactiver_question(nom(vue)),
            t.personnel_desactiver().0,
        )),
        "second-facteur" => Some((
            t.personnel_retirer_question(nom(vue)),
            t.personnel_retirer_second().0,
        )),
        "identite" => Some((
            t.personnel_delier_question(nom(vue)),
            t.personnel_delier().0,
        )),
        _ => None,
    }
}

fn page_question(
    visiteur: &Visiteur,
    vue: &PersonnelVue,
    acte: &str,
    faute: Option<&Faute>,
) -> Result<Response, Arret> {
    let t = visiteur.t;
    let (question, bouton) = demande(t, acte, vue).ok_or(CodeRefus::Introuvable)?;
    let racine = format!("/gestion/personnel/{}", vue.id);
    let form = visiteur.formulaire(&format!("{racine}/{acte}"), bouton, vec![]);
    let form = form.retour(&racine, &t.annuler());
    let corps = TexteEtFormulaire {
        textes: vec![question],
        form: match faute {
            Some(faute) => refuser(t, form, faute),
            None => form,
        },
        suites: vec![],
    };
    Ok(visiteur.page(bouton, &corps))
}

pub(super) async fn question(
    State(etat): State<Etat>,
    Path((id, acte)): Path<(String, String)>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let vue = trouver(&etat, &visiteur, &id).await?;
    page_question(&visiteur, &vue, &acte, None)
}

pub(super) async fn agir(
    State(etat): State<Etat>,
    Path((id, acte)): Path<(String, String)>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    let qui = PersonnelId::new(id.clone());
    let (ordre, fait) = match acte.as_str() {
        "desactiver" => (ActePersonnel::Desactiver { id: qui }, "change"),
        "second-facteur" => (ActePersonnel::RetirerSecond { id: qui }, "change"),
        "identite" => (ActePersonnel::DelierIdentite { id: qui }, "change"),
        "invitation" => (ActePersonnel::Reinviter { id: qui }, "invite"),
        _ => return Err(CodeRefus::Introuvable.into()),
    };
    match faire(&etat, &visiteur, &saisie, ordre).await? {
        Ok(vue) => Ok(vers(&vue.id, fait)),
        Err(faute) => {
            let vue = trouver(&etat, &visiteur, &id).await?;
            if acte == "invitation" {
                let form = refuser(visiteur.t, formulaire(&etat, &visiteur, &vue), &faute);
                return Ok(montrer(&visiteur, &vue, form, ""));
            }
            page_question(&visiteur, &vue, &acte, Some(&faute))
        }
    }
}
