//! A rendered mail with its header: who, to whom, and what brings answers and bounces back (S21, S22, S34, S66).

use std::time::SystemTime;

use actors::ports::{Courrier, CourrierDemande, CourrierPersonnel};
use jiff::Timestamp;
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart};

use super::modeles::{Rendu, destine_au_candidat, nom};

/// The loop header, which names the instance (S34).
pub const ENTETE_INSTANCE: &str = "X-Postule-Instance";
/// The most Message-IDs an answer refers to.
const MAX_REFERENCES: usize = 20;
/// The most characters of one.
const MAX_IDENTIFIANT: usize = 250;

/// RFC 3834: no vacation message shall answer.
#[derive(Clone)]
struct AutoSubmitted(&'static str);

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self("auto-generated"))
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.to_owned())
    }
}

/// Names the instance that wrote.
#[derive(Clone)]
struct Instance(String);

impl Header for Instance {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str(ENTETE_INSTANCE)
    }
    fn parse(texte: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(texte.to_owned()))
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// Exchange sends no « out of office » back.
#[derive(Clone)]
struct SansReponse;

impl Header for SansReponse {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Auto-Response-Suppress")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "OOF, AutoReply".to_owned())
    }
}

/// The addresses of one instance.
#[derive(Clone, Debug)]
pub(super) struct Adresses<'a> {
    /// The sender people see.
    pub(super) expediteur: &'a Mailbox,
    /// Where bounces come back, before the tag is added.
    pub(super) enveloppe: &'a Address,
    /// Where people write for help.
    pub(super) support: Option<&'a Address>,
    /// The host of the pages.
    pub(super) instance: &'a str,
}

/// An address with its domain in ASCII: servers that know no SMTPUTF8 take it too.
pub(super) fn adresse(texte: &str) -> Result<Address, String> {
    let faux = |e: &dyn std::fmt::Display| format!("{texte} : {e}");
    let (local, domaine) = texte.rsplit_once('@').ok_or_else(|| faux(&"pas de @"))?;
    let domaine = idna::domain_to_ascii(domaine).map_err(|e| faux(&e))?;
    if local.chars().any(char::is_control) {
        return Err(faux(&"caractère interdit"));
    }
    Address::new(local, domaine).map_err(|e| faux(&e))
}

/// The same address with something after a plus sign.
fn avec_plus(adresse: &Address, suite: &str) -> Result<Address, String> {
    Address::new(format!("{}+{suite}", adresse.user()), adresse.domain()).map_err(|e| e.to_string())
}

/// Puts it together.
///
/// # Errors
/// What cannot be written in a header.
pub(super) fn composer(
    (courrier, lettre): (&Courrier, Option<Vec<u8>>),
    rendu: Rendu,
    adresses: &Adresses<'_>,
    date: Timestamp,
) -> Result<Message, String> {
    let a = adresse(&courrier.a)?;
    let domaine = adresses.enveloppe.domain();
    // Bounces come back to an address that names the mail (VERP), so that they are matched without reading them.
    // An answer to a mail has none: nobody may answer an answer (S34).
    let retour = match courrier.reponse {
        None => Some(avec_plus(adresses.enveloppe, &courrier.etiquette)?),
        Some(_) => None,
    };
    let enveloppe = Envelope::new(retour, vec![a.clone()]).map_err(|e| e.to_string())?;
    let qui = destine_au_candidat(courrier.code)
        .then(|| nom(&format!("{} {}", courrier.prenom, courrier.nom)))
        .filter(|n| !n.is_empty());
    let genre = if courrier.reponse.is_some() {
        "auto-replied"
    } else {
        "auto-generated"
    };
    let quand = SystemTime::try_from(date).map_err(|e| e.to_string())?;
    let mut message = Message::builder()
        .from(adresses.expediteur.clone())
        .to(Mailbox::new(qui, a))
        .subject(une_ligne(&rendu.objet))
        .date(quand)
        .message_id(Some(format!("<{}@{domaine}>", courrier.etiquette)))
        .header(AutoSubmitted(genre))
        .header(SansReponse)
        .header(Instance(adresses.instance.to_owned()))
        .envelope(enveloppe);
    if let Some(support) = adresses.support {
        let support = match &courrier.jeton_dossier {
            Some(jeton) => avec_plus(support, jeton)?,
            None => support.clone(),
        };
        message = message.reply_to(Mailbox::new(None, support));
    }
    if let Some(reponse) = &courrier.reponse
        && let Some(id) = identifiant(&reponse.message_id)
    {
        let references = references(&reponse.references, &id);
        message = message.in_reply_to(id).references(references);
    }
    let corps = MultiPart::alternative_plain_html(rendu.texte, rendu.html);
    let corps = match lettre {
        None => corps,
        Some(pdf) => {
            let nom = courrier.langue.choisir("lettre.pdf", "letter.pdf");
            let type_ = ContentType::parse("application/pdf").map_err(|e| e.to_string())?;
            let piece = Attachment::new(nom.to_owned()).body(pdf, type_);
            MultiPart::mixed().multipart(corps).singlepart(piece)
        }
    };
    message.multipart(corps).map_err(|e| e.to_string())
}

/// What an answer refers to, the mail it answers last.
fn references(toutes: &[String], id: &str) -> String {
    let debut = toutes.len().saturating_sub(MAX_REFERENCES - 1);
    let mut gardees: Vec<String> = toutes
        .iter()
        .skip(debut)
        .filter_map(|r| identifiant(r))
        .collect();
    gardees.retain(|r| r != id);
    gardees.push(id.to_owned());
    gardees.join(" ")
}

/// An answer to a request: in its thread, to its own address to answer to. One nobody wrote has no envelope sender:
/// nobody may answer it without a person (S34, S60).
///
/// # Errors
/// What cannot be written in a header.
pub(super) fn composer_demande(
    courrier: &CourrierDemande,
    rendu: Rendu,
    adresses: &Adresses<'_>,
    date: Timestamp,
) -> Result<Message, String> {
    let a = adresse(&courrier.a)?;
    let domaine = adresses.enveloppe.domain();
    let retour = (!courrier.automatique)
        .then(|| avec_plus(adresses.enveloppe, &courrier.etiquette))
        .transpose()?;
    let enveloppe = Envelope::new(retour, vec![a.clone()]).map_err(|e| e.to_string())?;
    let quand = SystemTime::try_from(date).map_err(|e| e.to_string())?;
    let qui = Some(nom(&courrier.nom)).filter(|n| !n.is_empty());
    let mut message = Message::builder()
        .from(adresses.expediteur.clone())
        .to(Mailbox::new(qui, a))
        .subject(une_ligne(&rendu.objet))
        .date(quand)
        .message_id(Some(format!("<{}@{domaine}>", courrier.etiquette)))
        .header(Instance(adresses.instance.to_owned()))
        .envelope(enveloppe);
    if courrier.automatique {
        message = message
            .header(AutoSubmitted("auto-replied"))
            .header(SansReponse);
    }
    if let Some(support) = adresses.support {
        message = message.reply_to(Mailbox::new(None, avec_plus(support, &courrier.jeton)?));
    }
    let toutes: Vec<String> = courrier
        .references
        .iter()
        .map(|r| format!("<{}>", r.trim_matches(['<', '>'])))
        .collect();
    if let Some(id) = toutes.last().and_then(|id| identifiant(id)) {
        let references = references(&toutes, &id);
        message = message.in_reply_to(id).references(references);
    }
    message
        .multipart(MultiPart::alternative_plain_html(rendu.texte, rendu.html))
        .map_err(|e| e.to_string())
}

/// A mail to staff about their own account.
///
/// # Errors
/// What cannot be written in a header.
pub(super) fn composer_personnel(
    courrier: &CourrierPersonnel,
    rendu: Rendu,
    adresses: &Adresses<'_>,
    date: Timestamp,
) -> Result<Message, String> {
    let a = adresse(&courrier.a)?;
    let domaine = adresses.enveloppe.domain();
    let retour = avec_plus(adresses.enveloppe, &courrier.etiquette)?;
    let trajet = Envelope::new(Some(retour), vec![a.clone()]);
    let quand = SystemTime::try_from(date).map_err(|e| e.to_string())?;
    Message::builder()
        .from(adresses.expediteur.clone())
        .to(Mailbox::new(None, a))
        .subject(une_ligne(&rendu.objet))
        .date(quand)
        .message_id(Some(format!("<{}@{domaine}>", courrier.etiquette)))
        .header(AutoSubmitted("auto-generated"))
        .header(SansReponse)
        .header(Instance(adresses.instance.to_owned()))
        .envelope(trajet.map_err(|e| e.to_string())?)
        .multipart(MultiPart::alternative_plain_html(rendu.texte, rendu.html))
        .map_err(|e| e.to_string())
}

/// S66: whatever came in, one line leaves.
fn une_ligne(texte: &str) -> String {
    texte
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A Message-ID that somebody else wrote, if it is one: visible ASCII between brackets.
fn identifiant(texte: &str) -> Option<String> {
    let dedans = texte.trim().strip_prefix('<')?.strip_suffix('>')?;
    let sain = !dedans.is_empty()
        && dedans.len() <= MAX_IDENTIFIANT
        && dedans
            .chars()
            .all(|c| c.is_ascii_graphic() && c != '<' && c != '>');
    sain.then(|| format!("<{dedans}>"))
}

#[cfg(test)]
mod tests {
    use actors::ports::EnReponse;
    use domain::effet::CodeMail;
    use domain::langue::Langue;
    use proptest::prelude::*;

    use super::super::modeles::exemple;
    use super::*;

    fn ecrire(courrier: &Courrier, objet: &str) -> Result<String, String> {
        let expediteur = Mailbox::new(
            Some("Université d'Été".to_owned()),
            adresse("no@u.example")?,
        );
        let (enveloppe, support) = (adresse("retour@u.example")?, adresse("aide@u.example")?);
        let adresses = Adresses {
            expediteur: &expediteur,
            enveloppe: &enveloppe,
            support: Some(&support),
            instance: "candidature.u.example",
        };
        let rendu = Rendu {
            objet: objet.to_owned(),
            texte: "Bonjour.\n".to_owned(),
            html: "<p>Bonjour.</p>".to_owned(),
        };
        let message = composer((courrier, None), rendu, &adresses, Timestamp::UNIX_EPOCH)?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    fn entetes(mail: &str) -> Vec<&str> {
        let (tete, _) = mail.split_once("\r\n\r\n").unwrap();
        tete.split("\r\n").collect()
    }

    #[test]
    fn s34_un_mail_dit_qu_il_est_automatique_et_d_ou_il_vient() {
        let mut courrier = exemple(CodeMail::Candidature, Langue::Fr);
        courrier.jeton_dossier = Some("jeton".to_owned());
        let mail = ecrire(&courrier, "Objet").unwrap();
        for attendue in [
            "Auto-Submitted: auto-generated",
            "X-Postule-Instance: candidature.u.example",
            "Message-ID: <exemple@u.example>",
            "Reply-To: aide+jeton@u.example",
            "X-Auto-Response-Suppress: OOF, AutoReply",
        ] {
            assert!(entetes(&mail).contains(&attendue), "{attendue}\n{mail}");
        }
    }

    #[test]
    fn s34_une_reponse_suit_le_fil_sans_expediteur_d_enveloppe() {
        let mut courrier = exemple(CodeMail::CompteExiste, Langue::Fr);
        courrier.reponse = Some(EnReponse {
            message_id: "<a@b.example>".to_owned(),
            references: vec![
                "<z@b.example>".to_owned(),
                "<x\r\nBcc: e@f.example>".to_owned(),
            ],
        });
        let mail = ecrire(&courrier, "Re : Objet").unwrap();
        for attendue in [
            "Auto-Submitted: auto-replied",
            "In-Reply-To: <a@b.example>",
            "References: <z@b.example> <a@b.example>",
        ] {
            assert!(entetes(&mail).contains(&attendue), "{attendue}\n{mail}");
        }
    }

    #[test]
    fn un_long_objet_se_replie_et_un_domaine_accentue_passe_en_ascii() {
        let mut courrier = exemple(CodeMail::CompteExiste, Langue::Fr);
        courrier.a = "élise@université.example".to_owned();
        let objet = "Votre dossier pour « Master 2 Économie, évaluation et développement durable des territoires » est ouvert";
        let mail = ecrire(&courrier, objet).unwrap();
        assert!(entetes(&mail).iter().all(|l| l.len() <= 78), "{mail}");
        assert!(mail.contains("xn--universit-j4a.example"), "{mail}");
        let lu = mail_parser::MessageParser::default()
            .parse(mail.as_bytes())
            .unwrap();
        assert_eq!(lu.subject(), Some(objet));
        assert_eq!(
            lu.to().unwrap().first().unwrap().name(),
            Some("Élise Martin")
        );
    }

    proptest! {
        /// S66: nothing typed by anybody adds a header or an addressee.
        #[test]
        fn s66_rien_n_ajoute_d_entete(
            objet in "(.|\r|\n){0,120}",
            nom in "(.|\r\n){0,60}",
            jeton in "[a-z2-7]{1,28}",
            id in "<?(.|\r|\n){0,40}>?",
        ) {
            let mut courrier = exemple(CodeMail::Candidature, Langue::Fr);
            courrier.prenom = nom;
            courrier.jeton_dossier = Some(jeton);
            courrier.reponse = Some(EnReponse { message_id: id.clone(), references: vec![id] });
            let mail = ecrire(&courrier, &objet).unwrap();
            let connus = [
                "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
                "X-Postule-Instance", "Reply-To", "In-Reply-To", "References", "MIME-Version", "Content-Type",
            ];
            for ligne in entetes(&mail) {
                let nom = ligne.split(':').next().unwrap_or_default();
                prop_assert!(ligne.starts_with([' ', '\t']) || connus.contains(&nom), "{ligne}");
            }
            prop_assert!(!mail.replace("\r\n", "").contains(['\r', '\n']));
        }
    }
}
