//! Mail out: rendered here, handed to SMTP or written in a folder. The only place that names lettre.

pub mod entrant;
mod lecteur;
mod message;
mod modeles;
mod personnel;
mod smtp;
mod transport;

pub use message::ENTETE_INSTANCE;
pub(crate) use modeles::{Apercu, Cas, Variable, verifier};
pub use modeles::{FauteModele, Modeles, Redaction};
pub use smtp::Smtp;
pub use transport::{Facteur, Maison, Transport};

/// A mail as the demo's post box shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailLu {
    /// To whom.
    pub a: String,
    /// Its subject.
    pub objet: String,
    /// Its body; of our own making, so safe to show.
    pub html: String,
}

/// Reads a mail this program wrote.
pub fn lire(octets: &[u8]) -> Option<MailLu> {
    let mail = mail_parser::MessageParser::default().parse(octets)?;
    let html = mail.body_html(0)?;
    let debut = html
        .find("<body")
        .and_then(|d| html.get(d..)?.find('>').map(|f| d + f + 1));
    let fin = html.find("</body>");
    Some(MailLu {
        a: mail.to()?.first()?.address()?.to_owned(),
        objet: mail.subject()?.to_owned(),
        html: html.get(debut?..fin?)?.to_owned(),
    })
}
