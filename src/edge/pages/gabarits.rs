//! The frame of every page, and forms. askama escapes what it is given.

use actors::protocol::Faute;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use domain::langue::Langue;
use domain::refus::FauteChamp;

use crate::edge::problemes::Probleme;

/// The frame.
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ titre }} – Postule</title><link rel="stylesheet" href="/style.css"></head>
<body><a class="saut" href="#contenu">Aller au contenu</a>
<header><a class="marque" href="/">Postule</a><nav aria-label="Principale"><ul>
<li><a href="/">Formations</a></li>
{% if connecte %}<li><a href="/dossiers">Mes dossiers</a></li><li><a href="/profil">Mon profil</a></li>
<li><form method="post" action="/deconnexion"><input type="hidden" name="preuve" value="{{ preuve }}"><button class="second">Se déconnecter</button></form></li>
{% else %}<li><a href="/connexion">Se connecter</a></li><li><a href="/inscription">Créer un compte</a></li>{% endif %}
</ul></nav></header>
<main id="contenu" tabindex="-1"><h1>{{ titre }}</h1>{{ corps|safe }}</main>
<footer>Postule, la plateforme de candidature.</footer></body></html>"##
)]
pub(super) struct Page<'a> {
    pub(super) titre: &'a str,
    /// Rendered by one of our templates.
    pub(super) corps: &'a str,
    pub(super) connecte: bool,
    pub(super) preuve: &'a str,
}

/// One field.
#[derive(Clone, Default)]
pub(super) struct Champ {
    pub(super) nom: &'static str,
    pub(super) libelle: &'static str,
    pub(super) genre: &'static str,
    pub(super) aide: &'static str,
    pub(super) remplissage: &'static str,
    pub(super) valeur: String,
    pub(super) choix: Vec<(String, String)>,
    pub(super) fautes: Vec<String>,
}

impl Champ {
    pub(super) fn new(nom: &'static str, libelle: &'static str, genre: &'static str) -> Self {
        Self {
            nom,
            libelle,
            genre,
            ..Self::default()
        }
    }

    pub(super) fn aide(self, aide: &'static str) -> Self {
        Self { aide, ..self }
    }

    pub(super) fn remplissage(self, remplissage: &'static str) -> Self {
        Self {
            remplissage,
            ..self
        }
    }

    pub(super) fn choix(self, choix: Vec<(String, String)>) -> Self {
        Self { choix, ..self }
    }
}

/// A form; faults are summed up at the top and named beside their fields (Q42).
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{% if !fautes.is_empty() %}<div class="alerte" role="alert"><p>À corriger :</p><ul>
{% for (champ, texte) in fautes %}<li>{% if champ.is_empty() %}{{ texte }}{% else %}<a href="#{{ champ }}">{{ texte }}</a>{% endif %}</li>{% endfor %}</ul></div>{% endif %}
<form method="post" action="{{ action }}" novalidate><input type="hidden" name="preuve" value="{{ preuve }}">
{% for (nom, valeur) in caches %}<input type="hidden" name="{{ nom }}" value="{{ valeur }}">{% endfor %}
{% for c in champs %}<div class="champ{% if !c.fautes.is_empty() %} faute{% endif %}"><label for="{{ c.nom }}">{{ c.libelle }}</label>
{% if !c.aide.is_empty() %}<p class="aide" id="{{ c.nom }}-aide">{{ c.aide }}</p>{% endif %}
{% if !c.fautes.is_empty() %}<p class="raison" id="{{ c.nom }}-faute">{{ c.fautes.join(" ") }}</p>{% endif %}
{% if c.choix.is_empty() %}<input id="{{ c.nom }}" name="{{ c.nom }}" type="{{ c.genre }}" value="{{ c.valeur }}"{% if !c.remplissage.is_empty() %} autocomplete="{{ c.remplissage }}"{% endif %} aria-describedby="{{ c.nom }}-aide {{ c.nom }}-faute"{% if !c.fautes.is_empty() %} aria-invalid="true"{% endif %}>
{% else %}<select id="{{ c.nom }}" name="{{ c.nom }}" aria-describedby="{{ c.nom }}-aide {{ c.nom }}-faute"><option value="">Choisir…</option>
{% for (code, texte) in c.choix %}<option value="{{ code }}"{% if *code == c.valeur %} selected{% endif %}>{{ texte }}</option>{% endfor %}</select>{% endif %}</div>{% endfor %}
<button>{{ bouton }}</button></form>"##
)]
pub(super) struct Formulaire<'a> {
    pub(super) action: &'a str,
    pub(super) bouton: &'a str,
    pub(super) preuve: &'a str,
    pub(super) caches: Vec<(&'a str, String)>,
    pub(super) champs: Vec<Champ>,
    pub(super) fautes: Vec<(String, String)>,
}

impl<'a> Formulaire<'a> {
    pub(super) fn new(action: &'a str, bouton: &'a str, champs: Vec<Champ>) -> Self {
        Self {
            action,
            bouton,
            preuve: "",
            caches: Vec::new(),
            champs,
            fautes: Vec::new(),
        }
    }

    /// Gives back what was typed, never a password.
    pub(super) fn remplir(mut self, valeurs: &[(String, String)]) -> Self {
        for champ in self.champs.iter_mut().filter(|c| c.genre != "password") {
            if let Some((_, valeur)) = valeurs.iter().find(|(nom, _)| nom == champ.nom) {
                champ.valeur.clone_from(valeur);
            }
        }
        self
    }

    /// Shows why it was refused.
    pub(super) fn refuser(mut self, faute: &Faute) -> Self {
        let (_, _, texte, champs) = dire(&Probleme::Faute(faute.clone()));
        if champs.is_empty() {
            self.fautes.push((String::new(), texte));
        }
        for faute in champs {
            let texte = faute.texte(Langue::Fr).to_owned();
            match self.champs.iter_mut().find(|c| c.nom == faute.champ) {
                Some(champ) => {
                    self.fautes
                        .push((faute.champ.clone(), format!("{} : {texte}", champ.libelle)));
                    champ.fautes.push(texte);
                }
                None => self.fautes.push((String::new(), texte)),
            }
        }
        self
    }

    pub(super) fn html(&self) -> String {
        rendu(self)
    }
}

/// What a problem says to people: status, code, sentence, fields.
pub(super) fn dire(probleme: &Probleme) -> (StatusCode, String, String, Vec<FauteChamp>) {
    match probleme {
        Probleme::Http(statut, code, fr, _) => (*statut, (*code).to_owned(), fr.clone(), vec![]),
        Probleme::Faute(faute) => {
            let (statut, code, fr, _, _) = crate::edge::problemes::dire(faute);
            let champs = if let Faute::Refus(refus) = faute {
                refus.champs.clone()
            } else {
                vec![]
            };
            (statut, code, fr, champs)
        }
    }
}

/// The template's text; one that fails shows nothing and says so in the log.
pub(super) fn rendu(gabarit: &impl Template) -> String {
    gabarit.render().unwrap_or_else(|erreur| {
        tracing::error!(%erreur, "a page was not rendered");
        String::new()
    })
}

pub(super) fn page(page: &Page<'_>) -> Response {
    let entetes = [(axum::http::header::CACHE_CONTROL, "no-store")];
    (entetes, Html(rendu(page))).into_response()
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="alerte" role="alert"><p>{{ texte }}</p>{% if !details.is_empty() %}<ul>{% for d in details %}<li>{{ d }}</li>{% endfor %}</ul>{% endif %}</div>
<p><a href="{{ retour }}">Revenir</a></p>"#
)]
struct Alerte<'a> {
    texte: &'a str,
    details: Vec<&'a str>,
    retour: &'a str,
}

/// A problem as a page, with the way back.
pub(super) fn probleme(probleme: &Probleme, retour: Option<&str>) -> Response {
    let (statut, _, texte, champs) = dire(probleme);
    let details = champs.iter().map(|c| c.texte(Langue::Fr)).collect();
    let corps = rendu(&Alerte {
        texte: &texte,
        details,
        retour: retour.unwrap_or("/"),
    });
    let connecte = retour.is_some();
    let page = Page {
        titre: "Ce n'est pas possible",
        corps: &corps,
        connecte,
        preuve: "",
    };
    let mut reponse = self::page(&page);
    *reponse.status_mut() = statut;
    reponse
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="message" role="status"><p>{{ texte }}</p></div><p><a class="bouton" href="{{ suite }}">{{ lien }}</a></p>"#
)]
pub(super) struct Message<'a> {
    pub(super) texte: &'a str,
    pub(super) suite: &'a str,
    pub(super) lien: &'a str,
}
