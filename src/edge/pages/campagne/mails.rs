//! The texts of mails (`/gestion/campagne/mails`): which were changed, by whom and when; one changed, seen with samples
//! before it is kept, put back. Administrators only.

use actors::protocol::Faute;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as B64;
use domain::campagne::{MAX_OBJET, TexteMail};
use domain::effet::CodeMail;
use domain::ids::TexteMailCode;
use domain::langue::Langue;
use sha2::{Digest, Sha256};

use super::super::cadrage::politique_avec;
use super::editer::{Fait, refuser};
use super::*;
use crate::campagne::Lu;
use crate::edge::api::campagne::completer;
use crate::edge::api::mails::{Derniers, en_vigueur, fautes, former, ranger, redaction, trouver};
use crate::edge::problemes::Probleme;
use crate::mail::{Apercu, Redaction};
use crate::textes::titre_mail;
use crate::views::{Champ, Ecart, Formulaire, ecart};

/// Bytes of a form with a text and a page of HTML in it, as browsers escape them.
const MAX_FORMULAIRE: usize = 256 * 1024;

/// A mail in one language.
type Lequel = (CodeMail, Langue);

pub(super) fn routes() -> Router<Etat> {
    Router::new()
        .route("/gestion/campagne/mails", get(lister))
        .route(
            "/gestion/campagne/mails/{mail}/{langue}",
            get(montrer).post(enregistrer),
        )
        .route(
            "/gestion/campagne/mails/{mail}/{langue}/apercu",
            post(essayer),
        )
        .route(
            "/gestion/campagne/mails/{mail}/{langue}/origine",
            get(question).post(remettre),
        )
        .layer(DefaultBodyLimit::max(MAX_FORMULAIRE))
}

fn chemin((mail, langue): Lequel) -> String {
    format!("/gestion/campagne/mails/{}/{}", mail.nom(), langue.tag())
}

/// The last change of each text; whoever may not change texts is refused.
async fn derniers(etat: &Etat, visiteur: &Visiteur) -> Result<Derniers, Arret> {
    let acte = ActeGestion::Campagne(ActeCampagne::Textes);
    Ok(ranger(etat, gerer(etat, visiteur, acte).await?).await?)
}

/// Which text an address is of, for who may change texts.
struct Sujet {
    lequel: Lequel,
    derniers: Derniers,
}

async fn ouvrir(
    etat: &Etat,
    visiteur: &Visiteur,
    (mail, langue): (String, String),
) -> Result<Sujet, Arret> {
    let lequel = trouver(&mail, &langue)?;
    let derniers = derniers(etat, visiteur).await?;
    Ok(Sujet { lequel, derniers })
}

/// Whether a text was changed, and by whom and when it was last touched.
struct Sceau {
    change: bool,
    dit: String,
    qui: String,
}

fn sceau(t: Textes, etat: &Etat, derniers: &Derniers, lequel: Lequel) -> Sceau {
    let (mail, langue) = lequel;
    let change = etat.catalogue().texte_mail(mail, langue).is_some();
    let derniere = derniers.get(&Cle::Mail(TexteMailCode::de(mail, langue)));
    let qui = derniere.map(|l| {
        let nom = l.nom.clone();
        let nom = nom.unwrap_or_else(|| t.mails_operateur().to_owned());
        t.mails_par_le(nom, quand(t, l.le))
    });
    let dit = match (change, &qui) {
        (true, _) => t.mails_change().to_owned(),
        (false, Some(_)) => format!("{} ({})", t.mails_origine().0, t.mails_remis().0),
        (false, None) => t.mails_origine().to_owned(),
    };
    Sceau {
        change,
        dit,
        qui: qui.unwrap_or_default(),
    }
}

struct Rang {
    titre: &'static str,
    code: &'static str,
    textes: Vec<(&'static str, String, Sceau)>,
}

#[derive(Template)]
#[template(path = "campagne/mails.html")]
struct Liste {
    t: Textes,
    groupes: Vec<(&'static str, Vec<Rang>)>,
}

/// Under which heading a mail is listed.
const fn groupe(mail: CodeMail) -> usize {
    match mail {
        CodeMail::CptMinCreate
        | CodeMail::CptMinLienValidOublie
        | CodeMail::CptMinMdpOublie
        | CodeMail::CptMinModMail
        | CodeMail::CptMinDelete
        | CodeMail::CompteExiste => 0,
        CodeMail::Candidature
        | CodeMail::CandidatureAnnulation
        | CodeMail::StatutRe
        | CodeMail::RelanceTransmission
        | CodeMail::AnnulationGestion
        | CodeMail::StatutIn
        | CodeMail::StatutReRepris
        | CodeMail::StatutCo
        | CodeMail::Prolongation
        | CodeMail::PiecesModifiees => 1,
        CodeMail::AvisFavorable
        | CodeMail::AvisDefavorable
        | CodeMail::AvisListeComp
        | CodeMail::AvisListeAtt
        | CodeMail::AvisPreselection
        | CodeMail::AvisListePrinc
        | CodeMail::CandidatureConfirm
        | CodeMail::CandidatureDesist
        | CodeMail::CandidatureDesistAuto
        | CodeMail::CandidatureRelanceFavo
        | CodeMail::OffreRetablie => 2,
        CodeMail::CommissionAlertAnnulation
        | CodeMail::CommissionAlertTransmission
        | CodeMail::CommissionAlertProposition
        | CodeMail::CommissionAlertListePrinc
        | CodeMail::CommissionAlertDesistement => 3,
    }
}

async fn lister(State(etat): State<Etat>, Bureau(visiteur): Bureau) -> Result<Response, Arret> {
    let derniers = derniers(&etat, &visiteur).await?;
    let t = visiteur.t;
    let texte = |mail: CodeMail, langue: Langue| {
        let nom = match langue {
            Langue::Fr => t.mails_fr().0,
            Langue::En => t.mails_en().0,
        };
        let lequel = (mail, langue);
        (nom, chemin(lequel), sceau(t, &etat, &derniers, lequel))
    };
    let rang = |mail: CodeMail| Rang {
        titre: titre_mail(t, mail).0,
        code: mail.nom(),
        textes: [Langue::Fr, Langue::En].map(|l| texte(mail, l)).into(),
    };
    let titres = [
        t.mails_compte().0,
        t.mails_dossier().0,
        t.mails_decision().0,
        t.mails_commission().0,
    ];
    let groupes = titres.into_iter().enumerate().map(|(rangee, titre)| {
        let siens = CodeMail::TOUS.into_iter().filter(|m| groupe(*m) == rangee);
        (titre, siens.map(rang).collect())
    });
    let corps = Liste {
        t,
        groupes: groupes.collect(),
    };
    Ok(visiteur.page(&t.mails_titre(), &corps))
}

/// A mail as it will be, and its way into a frame.
struct Vu {
    titre: &'static str,
    apercu: Apercu,
}

#[derive(Template)]
#[template(path = "campagne/mail.html")]
struct Page {
    t: Textes,
    enregistre: bool,
    sceau: Sceau,
    /// The language edited, and the addresses of both.
    langues: Vec<Lien>,
    tag: &'static str,
    vus: Vec<Vu>,
    form: Formulaire,
    variables: Vec<(String, &'static str, String)>,
    ecarts: Vec<(&'static str, Vec<Ecart>)>,
    origine: TexteMail,
    source: &'static str,
    remettre: String,
}

/// The form, filled in with the text in force or with what was typed.
fn formulaire(
    etat: &Etat,
    visiteur: &Visiteur,
    redaction: &Redaction,
    lequel: Lequel,
    saisie: Option<&Saisie>,
    vue: Option<String>,
) -> Formulaire {
    let (t, catalogue) = (visiteur.t, etat.catalogue());
    let cle = Cle::Mail(TexteMailCode::de(lequel.0, lequel.1));
    let champs = vec![
        Champ::ligne(t, "objet", &t.mail_objet(), "text").aide(&t.mail_objet_aide(MAX_OBJET)),
        Champ::texte(t, "texte", &t.mail_texte())
            .aide(&t.mail_texte_aide())
            .lignes(18),
        Champ::texte(t, "html", &t.mail_html())
            .aide(&t.mail_html_aide())
            .lignes(3)
            .facultatif(),
    ];
    let ici = chemin(lequel);
    let vue = vue.unwrap_or_else(|| catalogue.version_de(&cle).to_string());
    let form = visiteur.formulaire(&ici, &t.enregistrer(), champs);
    let form = form
        .cache("vue", vue)
        .second(&format!("{ici}/apercu"), &t.mail_voir())
        .retour("/gestion/campagne/mails", &t.annuler());
    match saisie {
        Some(saisie) => form.remplir(&saisie.0),
        None => {
            let texte = en_vigueur(&catalogue, redaction, lequel);
            form.remplir(&[
                ("objet".to_owned(), texte.objet),
                ("texte".to_owned(), texte.texte),
                ("html".to_owned(), texte.html.unwrap_or_default()),
            ])
        }
    }
}

/// What the page shows beside its form.
#[derive(Default)]
struct Suite {
    enregistre: bool,
    apercus: Vec<Apercu>,
}

fn page(
    etat: &Etat,
    visiteur: &Visiteur,
    sujet: &Sujet,
    form: Option<Formulaire>,
    suite: Suite,
) -> Result<Response, Arret> {
    let redaction = redaction(etat)?;
    let lequel = sujet.lequel;
    let (t, (mail, langue)) = (visiteur.t, lequel);
    let sceau = sceau(t, etat, &sujet.derniers, lequel);
    let origine = redaction.origine(mail, langue);
    let variables = redaction.variables(mail, langue).into_iter();
    let langues = [(Langue::Fr, t.mails_fr()), (Langue::En, t.mails_en())];
    let lien = |(l, nom): (Langue, crate::textes::Dit)| Lien {
        ici: l == langue,
        ..Lien::new(chemin((mail, l)), &nom)
    };
    let titres = [t.mail_apercu().0, t.mail_apercu_court().0];
    let styles: Vec<String> = suite.apercus.iter().flat_map(|a| styles(&a.html)).collect();
    let corps = Page {
        t,
        enregistre: suite.enregistre,
        langues: langues.map(lien).into(),
        tag: langue.tag(),
        vus: titres
            .into_iter()
            .zip(suite.apercus)
            .map(|(titre, apercu)| Vu { titre, apercu })
            .collect(),
        form: form.unwrap_or_else(|| formulaire(etat, visiteur, &redaction, lequel, None, None)),
        variables: variables
            .map(|v| (v.nom, t.langue().choisir(v.sens.0, v.sens.1), v.exemple))
            .collect(),
        ecarts: ecarts(t, etat, lequel, &origine.texte),
        origine: origine.texte,
        source: if origine.exploitant {
            t.mail_origine_exploitant().0
        } else {
            t.mail_origine_integre().0
        },
        remettre: if sceau.change {
            format!("{}/origine", chemin(lequel))
        } else {
            String::new()
        },
        sceau,
    };
    let mut reponse = visiteur.page(&titre_mail(t, mail), &corps);
    if let Ok(politique) = HeaderValue::from_str(&politique_avec(&styles)) {
        let entetes = reponse.headers_mut();
        entetes.insert(header::CONTENT_SECURITY_POLICY, politique);
    }
    Ok(reponse)
}

/// The hashes of the styles a page of HTML carries.
fn styles(html: &str) -> Vec<String> {
    let morceaux = html.split("<style>").skip(1);
    let styles = morceaux.filter_map(|m| m.split("</style>").next());
    styles.map(|s| B64.encode(Sha256::digest(s))).collect()
}

/// What the text in force changes of the original, part by part.
fn ecarts(
    t: Textes,
    etat: &Etat,
    (mail, langue): Lequel,
    origine: &TexteMail,
) -> Vec<(&'static str, Vec<Ecart>)> {
    let catalogue = etat.catalogue();
    let Some(texte) = catalogue.texte_mail(mail, langue) else {
        return Vec::new();
    };
    let html = |t: &TexteMail| t.html.clone().unwrap_or_default();
    [
        (t.mail_objet().0, ecart(&origine.objet, &texte.objet)),
        (t.mail_texte().0, ecart(&origine.texte, &texte.texte)),
        (t.mail_html().0, ecart(&html(origine), &html(texte))),
    ]
    .into_iter()
    .filter(|(_, lignes)| lignes.iter().any(Ecart::differe))
    .collect()
}

async fn montrer(
    State(etat): State<Etat>,
    Path(adresse): Path<(String, String)>,
    Query(fait): Query<Fait>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let sujet = ouvrir(&etat, &visiteur, adresse).await?;
    let suite = Suite {
        enregistre: fait.fait.is_some(),
        apercus: Vec::new(),
    };
    page(&etat, &visiteur, &sujet, None, suite)
}

/// The text of a form, kept or only tried; every fault at once.
async fn soumettre(
    etat: &Etat,
    visiteur: &Visiteur,
    lequel: Lequel,
    (saisie, essai): (&Saisie, bool),
) -> Result<TexteMail, Arret> {
    let champs = ["objet", "texte", "html"]
        .into_iter()
        .map(|nom| (nom.to_owned(), saisie.brut(nom).unwrap_or_default().into()))
        .collect();
    let redaction = redaction(etat)?;
    let actuel = en_vigueur(&etat.catalogue(), &redaction, lequel);
    let Lu {
        evenement,
        fautes: mut trouvees,
    } = former(lequel, &actuel, &champs)?;
    let vue = saisie.texte("vue").and_then(|v| v.parse().ok());
    let seulement = essai || !trouvees.is_empty();
    let fait = changer(etat, visiteur, vec![evenement.clone()], (vue, seulement)).await;
    match fait {
        Ok(_) if trouvees.is_empty() => {}
        Ok(_) => return Err(fautes(trouvees).into()),
        Err(arret) => {
            let Probleme::Faute(Faute::Refus(refus)) = &arret.probleme else {
                return Err(arret);
            };
            if trouvees.is_empty() || refus.champs.is_empty() {
                return Err(arret);
            }
            completer(&mut trouvees, refus.champs.clone());
            return Err(fautes(trouvees).into());
        }
    }
    let Evenement::MailRedige(texte) = evenement else {
        return Err(Arret::inattendu());
    };
    Ok(texte)
}

/// The page again, with why it was refused; who is not logged in any more is sent there.
async fn refusee(
    etat: &Etat,
    visiteur: &Visiteur,
    lequel: Lequel,
    (saisie, arret): (&Saisie, Arret),
) -> Result<Response, Arret> {
    let redaction = redaction(etat)?;
    // What was seen stays what the form began with, until somebody else's change is told: it is shown below, and
    // what is sent after that replaces it knowingly.
    let perimee = matches!(
        arret.probleme,
        Probleme::Faute(Faute::VersionPerimee { .. })
    );
    let vue = saisie.texte("vue").filter(|_| !perimee);
    let form = formulaire(etat, visiteur, &redaction, lequel, Some(saisie), vue);
    let form = refuser(visiteur.t, form, arret.probleme)?;
    // As it is by now, with what somebody else has just written.
    let derniers = derniers(etat, visiteur).await?;
    let sujet = Sujet { lequel, derniers };
    page(etat, visiteur, &sujet, Some(form), Suite::default())
}

async fn enregistrer(
    State(etat): State<Etat>,
    Path(adresse): Path<(String, String)>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let sujet = ouvrir(&etat, &visiteur, adresse).await?;
    let lequel = sujet.lequel;
    match soumettre(&etat, &visiteur, lequel, (&saisie, false)).await {
        Ok(_) => Ok(vers(&format!("{}?fait=1", chemin(lequel)))),
        Err(arret) => refusee(&etat, &visiteur, lequel, (&saisie, arret)).await,
    }
}

async fn essayer(
    State(etat): State<Etat>,
    Path(adresse): Path<(String, String)>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let sujet = ouvrir(&etat, &visiteur, adresse).await?;
    let lequel = sujet.lequel;
    let redaction = redaction(&etat)?;
    let essai = soumettre(&etat, &visiteur, lequel, (&saisie, true)).await;
    let apercus = match essai {
        Ok(texte) => redaction.apercus(&texte).map_err(|f| fautes(f).into()),
        Err(arret) => Err(arret),
    };
    match apercus {
        Ok(apercus) => {
            let vue = saisie.texte("vue");
            let form = formulaire(&etat, &visiteur, &redaction, lequel, Some(&saisie), vue);
            let suite = Suite {
                enregistre: false,
                apercus,
            };
            page(&etat, &visiteur, &sujet, Some(form), suite)
        }
        Err(arret) => refusee(&etat, &visiteur, lequel, (&saisie, arret)).await,
    }
}

#[derive(Template)]
#[template(path = "campagne/mail_origine.html")]
struct Question {
    texte: String,
    tag: &'static str,
    origine: TexteMail,
    form: Formulaire,
}

/// Whether to give the changed text up, beside what takes its place.
fn page_de_question(
    etat: &Etat,
    visiteur: &Visiteur,
    (mail, langue): Lequel,
    refus: Option<Probleme>,
) -> Result<Response, Arret> {
    let t = visiteur.t;
    let ici = chemin((mail, langue));
    let titre = format!("{} ({})", titre_mail(t, mail).0, langue.tag());
    let cle = Cle::Mail(TexteMailCode::de(mail, langue));
    let vue = etat.catalogue().version_de(&cle).to_string();
    let form = visiteur
        .formulaire(&format!("{ici}/origine"), &t.mail_remettre(), vec![])
        .cache("vue", vue)
        .retour(&ici, &t.annuler());
    let form = match refus {
        Some(probleme) => refuser(t, form, probleme)?,
        None => form,
    };
    let corps = Question {
        texte: t.mail_remettre_question(titre),
        tag: langue.tag(),
        origine: redaction(etat)?.origine(mail, langue).texte,
        form,
    };
    Ok(visiteur.page(&t.mail_remettre(), &corps))
}

async fn question(
    State(etat): State<Etat>,
    Path(adresse): Path<(String, String)>,
    Bureau(visiteur): Bureau,
) -> Result<Response, Arret> {
    let sujet = ouvrir(&etat, &visiteur, adresse).await?;
    page_de_question(&etat, &visiteur, sujet.lequel, None)
}

async fn remettre(
    State(etat): State<Etat>,
    Path(adresse): Path<(String, String)>,
    Bureau(visiteur): Bureau,
    saisie: Saisie,
) -> Result<Response, Arret> {
    visiteur.verifier(saisie.brut("preuve").as_deref())?;
    let sujet = ouvrir(&etat, &visiteur, adresse).await?;
    let lequel = sujet.lequel;
    let vue = saisie.texte("vue").and_then(|v| v.parse().ok());
    let cle = Cle::Mail(TexteMailCode::de(lequel.0, lequel.1));
    let retrait = vec![Evenement::Retiree(cle)];
    match changer(&etat, &visiteur, retrait, (vue, false)).await {
        Ok(_) => Ok(vers(&format!("{}?fait=1", chemin(lequel)))),
        Err(arret) => page_de_question(&etat, &visiteur, lequel, Some(arret.probleme)),
    }
}
