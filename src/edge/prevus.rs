//! Mails a dry run foresees, word for word: the very text that will leave.

use actors::ports::Courrier;
use actors::protocol::{LigneLot, MailPrevu};

use super::Etat;

/// Subject and text of a mail that would leave, where the dry run tells what it is made of.
pub(super) fn ecrire(etat: &Etat, ligne: &LigneLot, mail: &MailPrevu) -> Option<(String, String)> {
    let (du, vue) = (mail.contenu.as_deref()?.clone(), ligne.ligne.as_deref()?);
    let qui = (vue.prenom.as_str(), vue.nom.as_str(), &vue.numero);
    let courrier = Courrier::prevu(du, qui, &etat.catalogue());
    etat.outils.redaction.as_ref()?.ecrire(&courrier)
}
