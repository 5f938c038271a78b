//! Which of a mail's readable parts is what the person wrote.

use std::collections::BTreeSet;

use super::defaut::Defaut;
use super::lecture::MailEntrant;

/// Words of a text and of a page that are compared.
const MAX_COMPARES: usize = 2000;
/// Fewer words than these on a page do not tell whether it says something else.
const PEU_DE_MOTS: usize = 8;

/// The readable parts of a mail.
#[derive(Default)]
pub(super) struct Corps {
    pub(super) textes: Vec<String>,
    pub(super) pages: Vec<String>,
    /// The text of attached messages: read when nothing else is written.
    pub(super) joints: Vec<String>,
    pub(super) parties: usize,
}

/// Text first, else the page, else what is attached; both are kept in mind when they differ (S17).
pub(super) fn choisir_texte(corps: Corps, mail: &mut MailEntrant) {
    let joindre = |textes: &[String]| {
        let pleins: Vec<&str> = textes
            .iter()
            .map(|t| t.trim())
            .filter(|t| !t.is_empty())
            .collect();
        pleins.join("\n\n")
    };
    let (texte, page) = (joindre(&corps.textes), joindre(&corps.pages));
    let lettres = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).count();
    let (dans_texte, dans_page) = (lettres(&texte), lettres(&page));
    mail.texte = if texte.is_empty() || dans_page > dans_texte * 4 + 40 {
        if !page.is_empty() {
            mail.defauts.push(if texte.is_empty() {
                Defaut::HtmlSeul
            } else {
                Defaut::TexteEtHtmlDifferents
            });
        }
        page
    } else {
        if differents(&texte, &page) {
            mail.defauts.push(Defaut::TexteEtHtmlDifferents);
        }
        texte
    };
    if mail.texte.is_empty() {
        mail.texte = joindre(&corps.joints);
    }
}

/// Few of the words of the page are in the text: the person looks at both (S17).
fn differents(texte: &str, page: &str) -> bool {
    fn mots(texte: &str) -> BTreeSet<&str> {
        let mots = texte.split(|c: char| !c.is_alphanumeric());
        mots.filter(|mot| mot.len() > 3)
            .take(MAX_COMPARES)
            .collect()
    }
    let (dans_texte, dans_page) = (mots(texte), mots(page));
    let communs = dans_page.intersection(&dans_texte).count();
    dans_page.len() >= PEU_DE_MOTS && communs * 3 < dans_page.len()
}
