//! The little markup of a mail's text: paragraphs, lists with « - », `**bold**`, and a line
//! `[label](https://…)` alone, which is a button. Everything else is text, and escaped.

/// What stands between two empty lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bloc {
    /// Lines of text.
    Paragraphe(Vec<String>),
    /// Points.
    Liste(Vec<String>),
    /// A link to act by.
    Bouton {
        /// What it does.
        libelle: String,
        /// Where it leads.
        adresse: String,
    },
}

/// The blocks of a text.
pub(super) fn lire(texte: &str) -> Vec<Bloc> {
    let mut blocs = Vec::new();
    let mut lignes: Vec<&str> = Vec::new();
    for ligne in texte.lines().chain([""]) {
        let ligne = ligne.trim_end();
        if !ligne.trim().is_empty() {
            lignes.push(ligne);
            continue;
        }
        if lignes.is_empty() {
            continue;
        }
        match (bloc(&lignes), blocs.last_mut()) {
            // A loop of the template writes each point apart.
            (Bloc::Liste(points), Some(Bloc::Liste(avant))) => avant.extend(points),
            (bloc, _) => blocs.push(bloc),
        }
        lignes.clear();
    }
    blocs
}

fn bloc(lignes: &[&str]) -> Bloc {
    if let [seule] = lignes
        && let Some((libelle, adresse)) = bouton(seule)
    {
        return Bloc::Bouton { libelle, adresse };
    }
    let points: Option<Vec<String>> = lignes
        .iter()
        .map(|l| l.trim_start().strip_prefix("- ").map(str::to_owned))
        .collect();
    points.map_or_else(
        || Bloc::Paragraphe(lignes.iter().map(|l| (*l).to_owned()).collect()),
        Bloc::Liste,
    )
}

fn bouton(ligne: &str) -> Option<(String, String)> {
    let dedans = ligne.trim().strip_prefix('[')?.strip_suffix(')')?;
    let (libelle, adresse) = dedans.split_once("](")?;
    (est_lien(adresse) && !libelle.contains(['[', ']']))
        .then(|| (libelle.to_owned(), adresse.to_owned()))
}

/// Of the web, in one word.
fn est_lien(mot: &str) -> bool {
    let web = mot.starts_with("https://") || mot.starts_with("http://");
    web && !mot.contains(char::is_whitespace) && !mot.contains(['<', '>', '"', '\''])
}

/// The same markup, one empty line between blocks.
pub(super) fn propre(texte: &str) -> String {
    let mut sortie = String::new();
    let mut vides = 0;
    for ligne in texte.trim().lines() {
        vides = if ligne.trim().is_empty() {
            vides + 1
        } else {
            0
        };
        if vides < 2 {
            sortie.push_str(ligne.trim_end());
            sortie.push('\n');
        }
    }
    sortie.trim_end().to_owned()
}

/// As plain text.
pub(super) fn texte(blocs: &[Bloc]) -> String {
    let blocs: Vec<String> = blocs
        .iter()
        .map(|bloc| match bloc {
            Bloc::Paragraphe(lignes) => nu(&lignes.join("\n")),
            Bloc::Liste(points) => {
                let points: Vec<String> = points.iter().map(|p| format!("- {}", nu(p))).collect();
                points.join("\n")
            }
            Bloc::Bouton { libelle, adresse } => format!("{libelle}\n{adresse}"),
        })
        .collect();
    format!("{}\n", blocs.join("\n\n"))
}

fn nu(texte: &str) -> String {
    texte.replace("**", "")
}

/// As HTML, everything escaped.
pub(super) fn html(blocs: &[Bloc]) -> String {
    let blocs: Vec<String> = blocs
        .iter()
        .map(|bloc| match bloc {
            Bloc::Paragraphe(lignes) => {
                let lignes: Vec<String> = lignes.iter().map(|l| ligne(l)).collect();
                format!("<p>{}</p>", lignes.join("<br>\n"))
            }
            Bloc::Liste(points) => {
                let points: Vec<String> = points
                    .iter()
                    .map(|p| format!("<li>{}</li>", ligne(p)))
                    .collect();
                format!("<ul>\n{}\n</ul>", points.join("\n"))
            }
            Bloc::Bouton { libelle, adresse } => {
                let (libelle, adresse) = (echapper(libelle), echapper(adresse));
                format!(
                    "<p><a class=\"bouton\" href=\"{adresse}\">{libelle}</a></p>\n\
                     <p class=\"adresse\"><a href=\"{adresse}\">{adresse}</a></p>"
                )
            }
        })
        .collect();
    blocs.join("\n")
}

/// A line with its bold parts and its links.
fn ligne(texte: &str) -> String {
    let morceaux: Vec<&str> = texte.split("**").collect();
    let impair = morceaux.len() % 2 == 1;
    let mut html = String::new();
    for (rang, morceau) in morceaux.iter().enumerate() {
        let mots: Vec<String> = morceau.split(' ').map(mot).collect();
        let mots = mots.join(" ");
        if impair && rang % 2 == 1 {
            html.extend(["<strong>", &mots, "</strong>"]);
        } else {
            html.push_str(&mots);
        }
    }
    html
}

fn mot(mot: &str) -> String {
    let sur = echapper(mot);
    if est_lien(mot) {
        format!("<a href=\"{sur}\">{sur}</a>")
    } else {
        sur
    }
}

fn echapper(texte: &str) -> String {
    texte
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_texte_devient_paragraphes_listes_et_boutons() {
        let blocs = lire(
            "Bonjour **Léa**,\nici.\n\n- un\n- https://a.example/x?y=1&z=2\n\n[Aller <là>](https://b.example/)\n",
        );
        assert_eq!(
            texte(&blocs),
            "Bonjour Léa,\nici.\n\n- un\n- https://a.example/x?y=1&z=2\n\nAller <là>\nhttps://b.example/\n"
        );
        assert_eq!(
            html(&blocs),
            "<p>Bonjour <strong>Léa</strong>,<br>\nici.</p>\n<ul>\n<li>un</li>\n\
             <li><a href=\"https://a.example/x?y=1&amp;z=2\">https://a.example/x?y=1&amp;z=2</a></li>\n</ul>\n\
             <p><a class=\"bouton\" href=\"https://b.example/\">Aller &lt;là&gt;</a></p>\n\
             <p class=\"adresse\"><a href=\"https://b.example/\">https://b.example/</a></p>"
        );
    }

    #[test]
    fn rien_ne_devient_balise_ni_lien_d_un_autre_genre() {
        for piege in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "[x](https://a.example/\" onclick=\"1)",
            "https://a.example/\"onmouseover=1",
            "un ** seul",
        ] {
            let html = html(&lire(piege));
            assert!(
                !html.contains("<script") && !html.contains("href=\"java"),
                "{html}"
            );
            assert!(
                !html.contains("onclick=\"") && !html.contains("\"onmouse"),
                "{html}"
            );
        }
    }
}
