//! The text a person would see of a page: no scripts, no styles, nothing hidden (S16). One pass, bounded.

use mail_parser::decoders::html::add_html_token;

/// Bytes of HTML read.
const MAX_HTML: usize = 2 * 1024 * 1024;
/// Bytes of text kept.
const MAX_TEXTE: usize = 256 * 1024;
/// Depth of quotes shown.
const MAX_CITE: usize = 5;
/// The longest entity name.
const MAX_ENTITE: usize = 32;

/// Elements whose content is not text.
const MUETS: [&str; 11] = [
    "script", "style", "head", "title", "template", "noscript", "svg", "object", "select",
    "textarea", "xml",
];
/// Elements that hold nothing and are never closed.
const SEULS: [&str; 10] = [
    "br", "img", "hr", "input", "meta", "link", "area", "base", "col", "wbr",
];
/// Elements that begin a line.
const BLOCS: [&str; 21] = [
    "p",
    "div",
    "tr",
    "li",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "dl",
    "dt",
];

/// What is being written.
struct Sortie {
    texte: String,
    cite: usize,
    debut_ligne: bool,
    blancs: usize,
}

/// The text of a page.
pub(super) fn texte(html: &str) -> String {
    let html = borner(html, MAX_HTML);
    let mut sortie = Sortie {
        texte: String::new(),
        cite: 0,
        debut_ligne: true,
        blancs: 2,
    };
    // The element being skipped, and how many of its name are open within.
    let mut saute: Option<(String, usize)> = None;
    let mut reste = html;
    while let Some(debut) = reste.find('<') {
        let (avant, ici) = reste.split_at(debut);
        if saute.is_none() {
            sortie.mots(avant);
        }
        if let Some(commentaire) = ici.strip_prefix("<!--") {
            reste = commentaire.split_once("-->").map_or("", |(_, apres)| apres);
            continue;
        }
        let Some(fin) = fin_de_balise(ici) else {
            if saute.is_none() {
                sortie.mots("<");
            }
            reste = ici.get(1..).unwrap_or_default();
            continue;
        };
        let balise = ici.get(1..fin).unwrap_or_default();
        reste = ici.get(fin + 1..).unwrap_or_default();
        if sortie.texte.len() >= MAX_TEXTE {
            break;
        }
        lire_balise(balise, &mut sortie, &mut saute);
    }
    if saute.is_none() {
        sortie.mots(reste);
    }
    sortie.texte.trim().to_owned()
}

/// A piece of text that ends between two characters.
fn borner(texte: &str, max: usize) -> &str {
    texte.get(..texte.floor_char_boundary(max)).unwrap_or(texte)
}

/// Where a tag ends; a `<` that begins none has no end.
fn fin_de_balise(ici: &str) -> Option<usize> {
    let suite = ici.as_bytes().get(1)?;
    if !(suite.is_ascii_alphabetic() || matches!(suite, b'/' | b'!' | b'?')) {
        return None;
    }
    // An unclosed tag must not make each « < » read to the end.
    let loin = borner(ici, 16 * 1024);
    loin.find('>')
}

fn lire_balise(balise: &str, sortie: &mut Sortie, saute: &mut Option<(String, usize)>) {
    let fermante = balise.starts_with('/');
    let nom: String = balise
        .trim_start_matches('/')
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if let Some((ouvert, profondeur)) = saute {
        if *ouvert == nom {
            match (fermante, *profondeur) {
                (true, 0) => *saute = None,
                (true, _) => *profondeur -= 1,
                (false, _) => *profondeur += 1,
            }
        }
        return;
    }
    let seul = SEULS.contains(&nom.as_str()) || balise.ends_with('/');
    if !fermante && !seul && (MUETS.contains(&nom.as_str()) || cache(balise)) {
        *saute = Some((nom, 0));
        return;
    }
    match nom.as_str() {
        "br" => sortie.ligne(),
        "hr" => {
            sortie.ligne();
            sortie.mots("________________________________");
            sortie.ligne();
        }
        "td" | "th" => sortie.mots(" "),
        "blockquote" => {
            sortie.ligne();
            sortie.cite = if fermante {
                sortie.cite.saturating_sub(1)
            } else {
                sortie.cite + 1
            };
        }
        "p" if !fermante => sortie.paragraphe(),
        bloc if BLOCS.contains(&bloc) && !sortie.debut_ligne => sortie.ligne(),
        _ => {}
    }
}

/// Hidden from people, so from us.
fn cache(balise: &str) -> bool {
    if balise.len() < 7 {
        return false;
    }
    let bas: String = borner(balise, 2048)
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    [
        "display:none",
        "visibility:hidden",
        "font-size:0;",
        "font-size:0px",
        "mso-hide:all",
        "opacity:0;",
        "max-height:0",
    ]
    .iter()
    .any(|style| bas.contains(style))
        || balise
            .split_whitespace()
            .skip(1)
            .any(|a| a.eq_ignore_ascii_case("hidden"))
}

impl Sortie {
    fn ligne(&mut self) {
        if self.blancs < 2 {
            self.texte.push('\n');
            self.blancs += 1;
        }
        self.debut_ligne = true;
    }

    fn paragraphe(&mut self) {
        if !self.debut_ligne {
            self.ligne();
        }
        self.ligne();
    }

    fn mots(&mut self, brut: &str) {
        let espace_avant = brut.starts_with(char::is_whitespace);
        for (i, mot) in brut.split_whitespace().enumerate() {
            if self.texte.len() >= MAX_TEXTE {
                return;
            }
            if self.debut_ligne {
                for _ in 0..self.cite.min(MAX_CITE) {
                    self.texte.push_str("> ");
                }
            } else if (i > 0 || espace_avant) && !self.texte.ends_with(' ') {
                self.texte.push(' ');
            }
            self.debut_ligne = false;
            self.blancs = 0;
            entites(mot, &mut self.texte);
        }
        let fin_blanche = brut.ends_with(char::is_whitespace) || brut == " ";
        if fin_blanche && !self.debut_ligne && !self.texte.ends_with(' ') {
            self.texte.push(' ');
        }
    }
}

fn entites(mot: &str, sortie: &mut String) {
    let mut reste = mot;
    while let Some(debut) = reste.find('&') {
        let (avant, ici) = reste.split_at(debut);
        sortie.push_str(avant);
        let fin = borner(ici, MAX_ENTITE).find(';');
        let Some(entite) = fin.and_then(|f| ici.get(..=f)) else {
            sortie.push('&');
            reste = ici.get(1..).unwrap_or_default();
            continue;
        };
        add_html_token(sortie, entite.as_bytes(), false);
        reste = ici.get(entite.len()..).unwrap_or_default();
    }
    sortie.push_str(reste);
}

#[cfg(test)]
mod tests {
    use super::texte;

    #[test]
    fn s16_rien_de_cache_ne_sort() {
        let page = "<html><head><title>t</title><style>p{}</style></head><body><p>Bonjour&nbsp;&agrave; tous</p>\
            <script>alert(1)</script><div style=\"display: none\">cach&eacute;<div>encore</div></div>\
            <p>J&#39;ai <b>perdu</b> mon code<br>merci<img src=x></p><blockquote>ancien</blockquote></body></html>";
        assert_eq!(
            texte(page),
            "Bonjour\u{a0}à tous\n\nJ'ai perdu mon code\nmerci\n\n> ancien"
        );
    }

    #[test]
    fn s16_le_html_casse_finit_vite() {
        assert_eq!(texte("a < b <i>c"), "a < b c");
        let ouvert = "<a ".repeat(400_000);
        assert!(texte(&ouvert).len() <= super::MAX_TEXTE + 64);
    }
}
