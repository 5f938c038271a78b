//! The texts of mails, of the support's answers and of what surrounds them (`/gestion/campagne/mails`): which were changed, by whom and when; one changed, seen with samples
//! before it is kept, put back. Administrators only.

use std::collections::BTreeSet;

use actors::protocol::Faute;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as B64;
use domain::campagne::{MAX_OBJET, Modele, TexteMail};
use domain::effet::CodeMail;
use domain::ids::TexteMailCode;
use domain::langue::Langue;
use sha2::{Digest, Sha256};

use super::super::cadrage::politique_avec;
use super::super::gestion::demandes::mots::classe;
use super::editer::{Fait, refuser};
use super::*;
use crate::campagne::Lu;
use crate::edge::api::campagne::completer;
use crate::edge::api::mails::{Derniers, fautes, former, ranger, redaction, trouver};
use crate::edge::problemes::Probleme;
use crate::mail::{Apercu, Cas, Redaction};
use crate::textes::titre_modele;
use crate::views::{Champ, Ecart, Formulaire, ecart};

/// Bytes of a form with a text and a page of HTML in it, as browsers escape them.
const MAX_FORMULAIRE: usize = 256 * 1024;

/// A text in one language.
type Lequel = (Modele, Langue);

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

/// Under which heading a text is listed.
const fn groupe(modele: Modele) -> usize {
    let mail = match modele {
        Modele::Mail(mail) => mail,
        Modele::Reponse(_) => return 4,
        Modele::Cadre => return 5,
    };
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
    let texte = |mail: Modele, langue: Langue| {
        let nom = match langue {
            Langue::Fr => t.mails_fr().0,
            Langue::En => t.mails_en().0,
        };
        let lequel = (mail, langue);
        (nom, chemin(lequel), sceau(t, &etat, &derniers, lequel))
    };
    let rang = |mail: Modele| Rang {
        titre: titre_modele(t, mail).0,
        code: mail.nom(),
        textes: [Langue::Fr, Langue::En].map(|l| texte(mail, l)).into(),
    };
    let titres = [
        t.mails_compte().0,
        t.mails_dossier().0,
        t.mails_decision().0,
        t.mails_commission().0,
        t.mails_support().0,
        t.mails_cadre().0,
    ];
    let groupes = titres.into_iter().enumerate().map(|(rangee, titre)| {
        let siens = Modele::tous().filter(|m| groupe(*m) == rangee);
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
    titre: String,
    apercu: Apercu,
}

/// What a preview is of.
fn titre_vu(t: Textes, cas: Cas) -> String {
    let dit = match cas {
        Cas::Complet => t.mail_apercu(),
        Cas::Court => t.mail_apercu_court(),
        Cas::LienEnvoye => t.mail_apercu_lien(),
        Cas::Classe(code) => return classe(t, code),
        Cas::Candidat => t.mail_apercu_candidat(),
        Cas::Commission => t.mail_apercu_commission(),
        Cas::Automatique => t.mail_apercu_automatique(),
        Cas::Personne => t.mail_apercu_personne(),
    };
    dit.0.to_owned()
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
    /// Drafts by what is asked, as text alone.
    brouillons: Vec<Vu>,
    form: Formulaire,
    variables: Vec<(String, &'static str, String)>,
    ecarts: Vec<(&'static str, Vec<Ecart>)>,
    origine: TexteMail,
    /// What the page of HTML is called.
    page: &'static str,
    source: &'static str,
    remettre: String,
}

/// The form, filled in with the text in force or with what was typed.
fn formulaire(
    etat: &Etat,
    visiteur: &Visiteur,
    lequel: Lequel,
    saisie: Option<&Saisie>,
    vue: Option<String>,
) -> Result<Formulaire, Arret> {
    let (t, catalogue) = (visiteur.t, etat.catalogue());
    let cle = Cle::Mail(TexteMailCode::de(lequel.0, lequel.1));
    let champs = champs(t, lequel.0);
    let ici = chemin(lequel);
    let vue = vue.unwrap_or_else(|| catalogue.version_de(&cle).to_string());
    let form = visiteur.formulaire(&ici, &t.enregistrer(), champs);
    let form = form
        .cache("vue", vue)
        .second(&format!("{ici}/apercu"), &t.mail_voir())
        .retour("/gestion/campagne/mails", &t.annuler());
    Ok(match saisie {
        Some(saisie) => form.remplir(&saisie.0),
        None => {
            let texte = redaction(etat)?.en_vigueur(&catalogue, lequel);
            form.remplir(&[
                ("objet".to_owned(), texte.objet),
                ("texte".to_owned(), texte.texte),
                ("html".to_owned(), texte.html.unwrap_or_default()),
            ])
        }
    })
}

const fn nom_de_page(t: Textes, modele: Modele) -> &'static str {
    match modele {
        Modele::Mail(_) | Modele::Reponse(_) => t.mail_html().0,
        Modele::Cadre => t.mail_cadre_page().0,
    }
}

/// What there is to write of a text.
fn champs(t: Textes, modele: Modele) -> Vec<Champ> {
    let objet = Champ::ligne(t, "objet", &t.mail_objet(), "text");
    let texte = Champ::texte(t, "texte", &t.mail_texte()).lignes(18);
    let page = Champ::texte(t, "html", &t.mail_html())
        .lignes(3)
        .facultatif();
    match modele {
        Modele::Mail(_) => vec![
            objet.aide(&t.mail_objet_aide(MAX_OBJET)),
            texte.aide(&t.mail_texte_aide()),
            page.aide(&t.mail_html_aide()),
        ],
        Modele::Reponse(_) => vec![texte.aide(&t.mail_reponse_aide())],
        Modele::Cadre => vec![
            texte.aide(&t.mail_cadre_aide()),
            Champ::texte(t, "html", &t.mail_cadre_page())
                .lignes(12)
                .facultatif()
                .aide(&t.mail_cadre_page_aide()),
        ],
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
    let styles: BTreeSet<String> = suite.apercus.iter().flat_map(|a| styles(&a.html)).collect();
    let styles: Vec<String> = styles.into_iter().collect();
    let vus = suite.apercus.into_iter().map(|apercu| Vu {
        titre: titre_vu(t, apercu.cas),
        apercu,
    });
    let (brouillons, vus) = vus.partition(|vu| matches!(vu.apercu.cas, Cas::Classe(_)));
    let corps = Page {
        t,
        enregistre: suite.enregistre,
        langues: langues.map(lien).into(),
        tag: langue.tag(),
        vus,
        brouillons,
        form: match form {
            Some(form) => form,
            None => formulaire(etat, visiteur, lequel, None, None)?,
        },
        variables: variables
            .map(|v| (v.nom, t.langue().choisir(v.sens.0, v.sens.1), v.exemple))
            .collect(),
        ecarts: ecarts(t, (etat, &redaction), lequel, &origine.texte),
        origine: origine.texte,
        page: nom_de_page(t, mail),
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
    let mut reponse = visiteur.page(&titre_modele(t, mail), &corps);
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
    (etat, redaction): (&Etat, &Redaction),
    (mail, langue): Lequel,
    origine: &TexteMail,
) -> Vec<(&'static str, Vec<Ecart>)> {
    let catalogue = etat.catalogue();
    if catalogue.texte_mail(mail, langue).is_none() {
        return Vec::new();
    }
    let texte = redaction.en_vigueur(&catalogue, (mail, langue));
    let html = |t: &TexteMail| t.html.clone().unwrap_or_default();
    [
        (t.mail_objet().0, ecart(&origine.objet, &texte.objet)),
        (t.mail_texte().0, ecart(&origine.texte, &texte.texte)),
        (nom_de_page(t, mail), ecart(&html(origine), &html(&texte))),
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
    let modele = lequel.0;
    let objet = modele.a_un_objet().then_some("objet");
    let html = modele.a_une_page().then_some("html");
    let champs = objet
        .into_iter()
        .chain(["texte"])
        .chain(html)
        .map(|nom| (nom.to_owned(), saisie.brut(nom).unwrap_or_default().into()))
        .collect();
    let Lu {
        evenement,
        fautes: mut trouvees,
    } = former(etat, lequel, &champs)?;
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
    // What was seen stays what the form began with, until somebody else's change is told: it is shown below, and
    // what is sent after that replaces it knowingly.
    let perimee = matches!(
        arret.probleme,
        Probleme::Faute(Faute::VersionPerimee { .. })
    );
    let vue = saisie.texte("vue").filter(|_| !perimee);
    let form = formulaire(etat, visiteur, lequel, Some(saisie), vue)?;
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
    let essai = soumettre(&etat, &visiteur, lequel, (&saisie, true)).await;
    let apercus = match essai {
        Ok(texte) => {
            let catalogue = etat.catalogue();
            let cadre = catalogue.texte_mail(Modele::Cadre, lequel.1);
            let vus = redaction(&etat)?.apercus(&texte, cadre);
            vus.map_err(|f| fautes(f).into())
        }
        Err(arret) => Err(arret),
    };
    match apercus {
        Ok(apercus) => {
            let vue = saisie.texte("vue");
            let form = formulaire(&etat, &visiteur, lequel, Some(&saisie), vue)?;
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
    let titre = format!("{} ({})", titre_modele(t, mail).0, langue.tag());
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
