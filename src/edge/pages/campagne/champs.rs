//! The fields of each kind of definition: how they are shown, read from a form, and filled in from what there is.

use domain::campagne::Catalogue;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::super::saisie::Saisie;
use crate::campagne::{Genre, local};
use crate::textes::Textes;
use crate::views::Champ;

/// How a field is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sorte {
    Texte,
    Long,
    Nombre,
    Date,
    /// Ticked or not.
    Oui,
    /// Words between commas.
    Mots,
    /// Codes of these definitions.
    Codes(Genre),
    /// One code of these definitions.
    Code(Genre),
    Transmis,
    Promotion,
    /// How long, in days on the page, as an ISO 8601 duration behind it.
    Delai,
}

struct Spec {
    nom: &'static str,
    sorte: Sorte,
    libelle: String,
    aide: String,
    facultatif: bool,
}

#[expect(clippy::too_many_lines, reason = "a table: one row per field")]
fn specs(t: Textes, genre: Genre) -> Vec<Spec> {
    use Sorte::{Code, Codes, Date, Delai, Long, Mots, Nombre, Oui, Promotion, Texte, Transmis};
    let requis = |nom, sorte, libelle: &str| Spec {
        nom,
        sorte,
        libelle: libelle.to_owned(),
        aide: String::new(),
        facultatif: false,
    };
    let libre = |nom, sorte, libelle: &str| Spec {
        facultatif: true,
        ..requis(nom, sorte, libelle)
    };
    let aide = |spec: Spec, aide: &str| Spec {
        aide: aide.to_owned(),
        ..spec
    };
    if genre == Genre::Mails {
        return vec![
            requis("objet", Texte, &t.mail_objet()),
            requis("texte", Long, &t.mail_texte()),
            libre("html", Long, &t.mail_html()),
        ];
    }
    let mut specs = vec![
        aide(requis("code", Texte, &t.champ_code()), &t.champ_code_aide()),
        requis("libelle", Texte, &t.champ_libelle()),
        libre("libelle_en", Texte, &t.champ_libelle_en()),
    ];
    specs.extend(match genre {
        Genre::Composantes | Genre::Motifs | Genre::Mails => vec![],
        Genre::Centres => vec![libre("max_dossiers", Nombre, &t.champ_max_dossiers())],
        Genre::Campagne => vec![
            requis("ouverture", Date, &t.champ_ouverture()),
            requis("fermeture", Date, &t.champ_fermeture()),
            requis("max_dossiers", Nombre, &t.champ_max_dossiers()),
            requis("etat_transmis", Transmis, &t.champ_etat_transmis()),
        ],
        Genre::Commissions => vec![
            requis("centre", Code(Genre::Centres), &t.champ_centre()),
            libre("mail", Texte, &t.champ_mail()),
            libre("signataire", Texte, &t.champ_signataire()),
        ],
        Genre::Pieces => vec![
            requis("commune", Oui, &t.champ_commune()),
            requis("conditionnelle", Oui, &t.champ_conditionnelle()),
            libre("aide", Long, &t.champ_aide()),
            libre("aide_en", Long, &t.champ_aide_en()),
        ],
        Genre::Formations => vec![
            requis(
                "composante",
                Code(Genre::Composantes),
                &t.champ_composante(),
            ),
            requis("centre", Code(Genre::Centres), &t.champ_centre()),
            aide(
                requis("niveau", Texte, &t.champ_niveau()),
                &t.champ_niveau_aide(),
            ),
            libre("mots_cles", Mots, &t.champ_mots_cles()),
            requis("candidature_debut", Date, &t.champ_candidature_debut()),
            requis("candidature_fin", Date, &t.champ_candidature_fin()),
            requis("retour", Date, &t.champ_date_retour()),
            libre("confirmation", Date, &t.champ_confirmation()),
            aide(
                libre("confirmation_delai", Delai, &t.champ_confirmation_delai()),
                &t.champ_delai_aide(),
            ),
            libre("confirmation_lc", Date, &t.champ_confirmation_lc()),
            aide(
                libre(
                    "confirmation_lc_delai",
                    Delai,
                    &t.champ_confirmation_lc_delai(),
                ),
                &t.champ_delai_aide(),
            ),
            libre("jury", Date, &t.champ_jury()),
            libre("publication", Date, &t.champ_publication()),
            aide(
                libre("capacite", Nombre, &t.champ_capacite()),
                &t.champ_capacite_aide(),
            ),
            requis("liste_complementaire", Oui, &t.champ_liste_complementaire()),
            requis("promotion", Promotion, &t.champ_promotion()),
            libre(
                "commission",
                Code(Genre::Commissions),
                &t.champ_commission(),
            ),
            aide(
                requis("pieces", Codes(Genre::Pieces), &t.champ_pieces()),
                &t.champ_pieces_aide(),
            ),
        ],
    });
    specs
}

/// The label of a field.
pub(super) fn libelle(t: Textes, genre: Genre, nom: &str) -> String {
    let specs = specs(t, genre);
    let trouvee = specs.into_iter().find(|s| s.nom == nom);
    trouvee.map_or_else(|| nom.to_owned(), |s| s.libelle)
}

/// The label of what a code names, in the visitor's language.
fn nommer(t: Textes, catalogue: &Catalogue, genre: Genre, code: &str) -> String {
    let texte = match genre {
        Genre::Centres => catalogue.centres.get(code).map(|c| &c.libelle),
        Genre::Composantes => catalogue.composantes.get(code).map(|c| &c.libelle),
        Genre::Commissions => catalogue.commissions.get(code).map(|c| &c.libelle),
        Genre::Pieces => catalogue.pieces.get(code).map(|c| &c.libelle),
        Genre::Motifs => catalogue.motifs.get(code).map(|c| &c.libelle),
        Genre::Formations => catalogue.formations.get(code).map(|c| &c.libelle),
        Genre::Campagne => catalogue.campagne.as_ref().map(|c| &c.libelle),
        Genre::Mails => None,
    };
    texte.map_or_else(|| code.to_owned(), |l| l.dans(t.langue()).to_owned())
}

fn choix(t: Textes, catalogue: &Catalogue, genre: Genre) -> Vec<(String, String)> {
    let cles = genre.cles(catalogue);
    let mut choix: Vec<(String, String)> = cles
        .iter()
        .map(|cle| {
            let nom = nommer(t, catalogue, genre, cle.code());
            (cle.code().to_owned(), format!("{nom} ({})", cle.code()))
        })
        .collect();
    choix.sort_by(|a, b| a.1.cmp(&b.1));
    choix
}

/// The fields of a form; the code is fixed once it exists. Pieces chosen come first, in their order.
pub(super) fn champs(
    t: Textes,
    catalogue: &Catalogue,
    genre: Genre,
    nouvelle: bool,
    choisies: &[String],
) -> Vec<Champ> {
    let specs = specs(t, genre);
    let montrees = specs.into_iter().filter(|s| nouvelle || s.nom != "code");
    montrees
        .map(|s| {
            let champ = match s.sorte {
                Sorte::Texte | Sorte::Mots | Sorte::Delai => {
                    Champ::ligne(t, s.nom, &s.libelle, "text")
                }
                Sorte::Long => Champ::texte(t, s.nom, &s.libelle),
                Sorte::Nombre => Champ::ligne(t, s.nom, &s.libelle, "number"),
                Sorte::Date => Champ::ligne(t, s.nom, &s.libelle, "datetime-local"),
                Sorte::Oui => Champ::cases(
                    t,
                    s.nom,
                    &s.libelle,
                    vec![("oui".to_owned(), oui(t, s.nom))],
                ),
                Sorte::Codes(de) => {
                    let mut possibles = choix(t, catalogue, de);
                    let rang = |code: &String| choisies.iter().position(|c| c == code);
                    possibles.sort_by_key(|(code, _)| rang(code).unwrap_or(usize::MAX));
                    Champ::cases(t, s.nom, &s.libelle, possibles)
                }
                Sorte::Code(de) => Champ::choix(t, s.nom, &s.libelle, choix(t, catalogue, de)),
                Sorte::Transmis => {
                    let mots = ["Réceptionné", "Transmis"].map(|m| (m.to_owned(), m.to_owned()));
                    Champ::boutons(t, s.nom, &s.libelle, mots.to_vec())
                }
                Sorte::Promotion => Champ::boutons(
                    t,
                    s.nom,
                    &s.libelle,
                    vec![
                        (
                            "automatique".to_owned(),
                            t.champ_promotion_auto().to_owned(),
                        ),
                        ("manuelle".to_owned(), t.champ_promotion_main().to_owned()),
                    ],
                ),
            };
            let champ = champ.aide(&s.aide);
            if s.facultatif {
                champ.facultatif()
            } else {
                champ
            }
        })
        .collect()
}

fn oui(t: Textes, nom: &str) -> String {
    match nom {
        "commune" => t.champ_commune_oui(),
        "conditionnelle" => t.champ_conditionnelle_oui(),
        _ => t.champ_liste_oui(),
    }
    .to_owned()
}

/// What the form says, as the body the API takes. A number or a date that is none stays as typed, to be refused.
pub(super) fn lire(t: Textes, genre: Genre, saisie: &Saisie) -> Value {
    let mut corps = Map::new();
    for s in specs(t, genre) {
        let texte = saisie.texte(s.nom).map(|v| v.trim().to_owned());
        let valeur = match s.sorte {
            Sorte::Texte | Sorte::Code(_) | Sorte::Long | Sorte::Transmis | Sorte::Promotion => {
                texte.map(Value::from)
            }
            Sorte::Delai => texte.map(|d| json!(duree(&d))),
            Sorte::Nombre => texte.map(|n| n.parse::<u32>().map_or(json!(n), Value::from)),
            Sorte::Date => texte.map(|d| json!(instant(&d))),
            Sorte::Oui => Some(json!(texte.is_some())),
            Sorte::Mots => texte.map(|m| {
                let mots = m.split(',').map(str::trim).filter(|m| !m.is_empty());
                json!(mots.collect::<Vec<_>>())
            }),
            Sorte::Codes(_) => Some(json!(saisie.tous(s.nom))),
        };
        if let Some(valeur) = valeur {
            corps.insert(s.nom.to_owned(), valeur);
        }
    }
    Value::Object(corps)
}

/// The names of number fields that hold no number.
pub(super) fn faux_nombres(t: Textes, genre: Genre, corps: &mut Value) -> Vec<&'static str> {
    let nombres = specs(t, genre)
        .into_iter()
        .filter(|s| s.sorte == Sorte::Nombre);
    let noms = nombres.map(|s| s.nom);
    let faux = |nom: &&'static str| corps.get(*nom).is_some_and(Value::is_string);
    let faux: Vec<&'static str> = noms.filter(faux).collect();
    if let Value::Object(champs) = corps {
        champs.retain(|nom, _| !faux.contains(&nom.as_str()));
    }
    faux
}

/// So many days, as a duration; what is no number stays as typed.
fn duree(texte: &str) -> String {
    let chiffres = !texte.is_empty() && texte.bytes().all(|o| o.is_ascii_digit());
    if chiffres {
        format!("P{texte}D")
    } else {
        texte.to_owned()
    }
}

/// A duration of whole days, as their number; any other as it is.
fn en_jours(duree: &str) -> &str {
    let jours = duree.strip_prefix('P').and_then(|d| d.strip_suffix('D'));
    let jours = jours.filter(|j| !j.is_empty() && j.bytes().all(|o| o.is_ascii_digit()));
    jours.unwrap_or(duree)
}

/// A date and hour of the university's clocks, as an instant.
fn instant(texte: &str) -> String {
    let fuseau = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let civil = texte.parse::<DateTime>().ok();
    let zone = civil.and_then(|c| c.to_zoned_datetime(fuseau).ok());
    zone.map_or_else(|| texte.to_owned(), |z| local(z.timestamp()))
}

/// What there is, as the fields of the form.
pub(super) fn remplir(t: Textes, genre: Genre, forme: &Value) -> Vec<(String, String)> {
    let mut champs = Vec::new();
    for s in specs(t, genre) {
        let valeur = forme.get(s.nom);
        let mut mettre = |v: String| champs.push((s.nom.to_owned(), v));
        match (s.sorte, valeur) {
            (Sorte::Oui, Some(Value::Bool(true))) => mettre("oui".to_owned()),
            (Sorte::Transmis, None) => mettre("Réceptionné".to_owned()),
            (Sorte::Promotion, None) => mettre("automatique".to_owned()),
            // Browsers want no offset in it.
            (Sorte::Date, Some(Value::String(d))) => mettre(d.chars().take(19).collect()),
            (Sorte::Mots, Some(Value::Array(mots))) => {
                let mots: Vec<&str> = mots.iter().filter_map(Value::as_str).collect();
                mettre(mots.join(", "));
            }
            (_, Some(Value::Array(codes))) => {
                codes
                    .iter()
                    .filter_map(Value::as_str)
                    .for_each(|c| mettre(c.to_owned()));
            }
            (Sorte::Delai, Some(Value::String(d))) => mettre(en_jours(d).to_owned()),
            (_, Some(Value::String(v))) => mettre(v.clone()),
            (_, Some(Value::Number(n))) => mettre(n.to_string()),
            (_, Some(Value::Bool(_) | Value::Object(_) | Value::Null) | None) => {}
        }
    }
    champs
}

/// A value in words.
pub(super) fn dire(
    t: Textes,
    catalogue: &Catalogue,
    genre: Genre,
    nom: &str,
    valeur: &Value,
) -> String {
    let specs = specs(t, genre);
    let sorte = specs.iter().find(|s| s.nom == nom).map(|s| s.sorte);
    match (valeur, sorte) {
        (Value::Null, _) => "–".to_owned(),
        (Value::Bool(true), _) => oui(t, nom),
        (Value::Bool(false), _) => "–".to_owned(),
        (Value::String(v), Some(Sorte::Date)) => {
            let lu = v.parse().map(|i| crate::views::quand(t, i));
            lu.unwrap_or_else(|_| v.clone())
        }
        (Value::String(v), Some(Sorte::Code(de))) => nommer(t, catalogue, de, v),
        (Value::String(v), _) => v.clone(),
        (Value::Array(liste), _) => {
            let mots: Vec<&str> = liste.iter().filter_map(Value::as_str).collect();
            mots.join(", ")
        }
        (Value::Number(_) | Value::Object(_), _) => valeur.to_string(),
    }
}
