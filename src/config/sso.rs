//! `[sso]`: the log-in of the establishment's own people (G01), by CAS or OpenID Connect.

use std::path::PathBuf;

use domain::campagne::Texte;
use url::Url;

use super::lecteur::Lecteur;
use crate::edge::abritee;

const ICI: &str = "sso";

/// `[sso]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sso {
    /// Who vouches.
    pub fournisseur: Fournisseur,
    /// On the button.
    pub libelle: Option<Texte>,
    /// Where its password is changed (G08).
    pub aide: Option<Url>,
    /// An authority of the university's own, PEM.
    pub ca: Option<PathBuf>,
    /// What the attributes are called there.
    pub attributs: Attributs,
    /// Who may create an account this way; everybody if empty.
    pub affiliations: Vec<String>,
    /// Its mail addresses are proved: an account with one needs no link.
    pub mail_prouve: bool,
    /// The attribute that holds a member of staff's log-in name; staff do not come this way if absent.
    pub personnel: Option<String>,
    /// The values of `acr` or `amr` (of `attribut_second_facteur` with CAS) that stand for a second factor.
    pub second_facteur: Vec<String>,
}

/// The protocol, and where it is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fournisseur {
    /// CAS, protocol 3.
    Cas {
        /// Its root, such as `https://cas.univ.fr/cas`.
        racine: Url,
        /// Answers asked for in JSON.
        json: bool,
    },
    /// OpenID Connect, authorization code with PKCE.
    Oidc {
        /// As the provider writes it.
        emetteur: String,
        /// Ours there.
        client: String,
        /// With the client.
        secret: Option<Secret>,
        /// Beside `openid`.
        scopes: Vec<String>,
    },
}

/// A text that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Names of attributes (CAS) or claims (OpenID Connect).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributs {
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Mail.
    pub mail: String,
    /// INE.
    pub ine: String,
    /// The student's number.
    pub numero_etudiant: String,
    /// `student`, `employee`…
    pub affiliation: String,
    /// How the person was authenticated, with CAS.
    pub second_facteur: String,
}

/// A root that tickets and codes go to.
fn adresse(texte: &str) -> Result<Url, String> {
    let url = Url::parse(texte.trim_end_matches('/')).map_err(|e| e.to_string())?;
    let nue = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    // What is sent there opens accounts: nobody may read it on the way.
    if nue && url.has_host() && abritee(url.scheme(), url.host_str()) {
        return Ok(url);
    }
    Err(
        "écrivez https://… sans rien après le chemin (http:// sur cette machine seulement)"
            .to_owned(),
    )
}

pub(super) fn lire(l: &mut Lecteur) -> Option<Sso> {
    let fournisseur = fournisseur(l);
    let oidc = matches!(fournisseur, Some(Fournisseur::Oidc { .. }));
    let label: Option<String> = l.valeur(ICI, "label");
    let label_en = l.valeur(ICI, "label_en");
    let mut attribut = |cle, cas: &str, claim: &str| {
        let defaut = if oidc { claim } else { cas };
        l.valeur(ICI, cle).unwrap_or_else(|| defaut.to_owned())
    };
    let attributs = Attributs {
        nom: attribut("attribut_nom", "sn", "family_name"),
        prenom: attribut("attribut_prenom", "givenName", "given_name"),
        mail: attribut("attribut_mail", "mail", "email"),
        ine: attribut("attribut_ine", "supannCodeINE", "supannCodeINE"),
        numero_etudiant: attribut("attribut_numero_etudiant", "supannEtuId", "supannEtuId"),
        affiliation: attribut(
            "attribut_affiliation",
            "eduPersonAffiliation",
            "eduPersonAffiliation",
        ),
        second_facteur: attribut("attribut_second_facteur", "authnContextClass", "acr"),
    };
    let aide = l.texte(ICI, "aide", |texte| match Url::parse(texte) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => Ok(url),
        Ok(_) => Err("écrivez https://…".to_owned()),
        Err(erreur) => Err(erreur.to_string()),
    });
    let sso = (
        l.valeur(ICI, "ca"),
        l.valeur(ICI, "affiliations").unwrap_or_default(),
        l.valeur(ICI, "mail_prouve").unwrap_or_default(),
        l.valeur(ICI, "attribut_personnel"),
        l.valeur(ICI, "second_facteur").unwrap_or_default(),
    );
    let (ca, affiliations, mail_prouve, personnel, second_facteur) = sso;
    Some(Sso {
        fournisseur: fournisseur?,
        libelle: label.map(|fr| Texte { fr, en: label_en }),
        aide,
        ca,
        attributs,
        affiliations,
        mail_prouve,
        personnel,
        second_facteur,
    })
}

fn fournisseur(l: &mut Lecteur) -> Option<Fournisseur> {
    let (voulu_cas, voulu_oidc) = (l.presente(ICI, "cas"), l.presente(ICI, "oidc"));
    let section = l.presente_section(ICI);
    let racine = l.texte(ICI, "cas", adresse);
    let json = l.texte(ICI, "cas_format", |texte| match texte {
        "xml" => Ok(false),
        "json" => Ok(true),
        _ => Err("xml ou json"),
    });
    // The issuer is compared letter by letter: kept as it is written.
    let emetteur = l.texte(ICI, "oidc", |texte| {
        adresse(texte).map(|_| texte.to_owned())
    });
    let client: Option<String> = l.valeur(ICI, "client_id");
    let secret = l.secret(ICI, "client_secret");
    let scopes: Option<Vec<String>> = l.valeur(ICI, "scopes");
    if section && voulu_cas == voulu_oidc {
        let ou = l.ou(ICI);
        let message = "sso : donnez « cas » (une URL) ou « oidc » (l'émetteur), l'un des deux";
        l.faute(ou, message.to_owned());
    }
    if voulu_cas && !voulu_oidc && (client.is_some() || secret.is_some() || scopes.is_some()) {
        let ou = l.ou(ICI);
        let message = "sso : « client_id », « client_secret » et « scopes » vont avec « oidc »";
        l.faute(ou, message.to_owned());
    }
    if voulu_oidc && !voulu_cas {
        let client = l.exiger(ICI, "client_id", client);
        if json.is_some() {
            let ou = l.ou(ICI);
            l.faute(ou, "sso : « cas_format » va avec « cas »".to_owned());
        }
        return Some(Fournisseur::Oidc {
            emetteur: emetteur?,
            client: client?,
            secret: secret.map(Secret),
            scopes: scopes.unwrap_or_else(|| vec!["profile".to_owned(), "email".to_owned()]),
        });
    }
    Some(Fournisseur::Cas {
        racine: racine?,
        json: json.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    const BASE: &str = "[etablissement]\nname = \"U\"\n[serveur]\npublic_url = \"https://c.example\"\n[mail]\nfolder = \"m\"\nfrom = \"c@univ.example\"\n[sso]\n";

    fn lue(sso: &str) -> Result<Sso, Vec<String>> {
        match Config::lire(&format!("{BASE}{sso}"), &[]) {
            Ok(config) => Ok(config.sso.unwrap()),
            Err(fautes) => Err(fautes.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn une_ligne_suffit_pour_cas_et_deux_pour_openid_connect() {
        let cas = lue("cas = \"https://cas.univ.example/cas/\"\n").unwrap();
        let racine = Url::parse("https://cas.univ.example/cas").unwrap();
        assert_eq!(
            cas.fournisseur,
            Fournisseur::Cas {
                racine,
                json: false
            }
        );
        assert_eq!(cas.attributs.nom, "sn");
        let oidc = lue(
            "oidc = \"https://id.univ.example/\"\nclient_id = \"postule\"\nclient_secret = \"s\"\n",
        );
        let oidc = oidc.unwrap();
        assert_eq!(oidc.attributs.nom, "family_name");
        let Fournisseur::Oidc {
            emetteur, scopes, ..
        } = &oidc.fournisseur
        else {
            panic!("{oidc:?}")
        };
        assert_eq!(emetteur, "https://id.univ.example/");
        assert_eq!(scopes, &["profile", "email"]);
        assert!(
            !format!("{oidc:?}").contains("\"s\""),
            "the secret is not shown"
        );
        assert!(
            Config::lire(BASE.trim_end_matches("[sso]\n"), &[])
                .unwrap()
                .sso
                .is_none()
        );
    }

    #[test]
    fn toutes_les_fautes_de_la_section_sont_nommees_avec_leur_ligne() {
        for (sso, attendues) in [
            (
                "",
                &[
                    "ligne 8 : sso : donnez « cas » (une URL) ou « oidc » (l'émetteur), l'un des deux",
                ][..],
            ),
            (
                "cas = \"http://cas.univ.example\"\nmail_prouve = \"oui\"\ncas_format = \"yaml\"\nlibelle = \"x\"\naide = \"ent\"\nclient_id = \"x\"\n",
                &[
                    "ligne 8 : sso : « client_id », « client_secret » et « scopes » vont avec « oidc »",
                    "ligne 9 : sso.cas : « http://cas.univ.example » : écrivez https://… sans rien après le chemin (http:// sur cette machine seulement)",
                    "ligne 11 : sso.cas_format : « yaml » : xml ou json",
                    "ligne 12 : sso.libelle : clé inconnue",
                ],
            ),
            (
                "oidc = \"https://id.univ.example\"\n",
                &["ligne 8 : sso.client_id : cette clé manque"],
            ),
            (
                "oidc = \"https://id.univ.example?x=1\"\nclient_id = \"p\"\n",
                &["ligne 9 : sso.oidc"],
            ),
        ] {
            let fautes = lue(sso).unwrap_err();
            for attendue in attendues {
                assert!(
                    fautes.iter().any(|f| f.starts_with(attendue)),
                    "{attendue}\nin {fautes:#?}"
                );
            }
        }
        let fautes =
            lue("cas = \"http://cas.univ.example\"\nmail_prouve = \"oui\"\naide = \"ent\"\n")
                .unwrap_err();
        assert_eq!(fautes.len(), 3, "{fautes:#?}");
    }
}
