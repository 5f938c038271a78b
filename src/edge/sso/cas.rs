//! A CAS server, protocol 3: where the browser is sent, whom a ticket stands for, which session it ends (G01).

use axum::http::Request;
use roxmltree::{Document, Node};
use serde_json::Value;
use url::Url;

use super::client::Client;
use super::{Dits, Echec};

/// Characters of a ticket.
const MAX_TICKET: usize = 512;

/// A CAS server.
#[derive(Debug)]
pub(super) struct Cas {
    racine: Url,
    json: bool,
}

impl Cas {
    pub(super) fn new(racine: Url, json: bool) -> Self {
        Self { racine, json }
    }

    /// What names of this server are told apart by from another's.
    pub(super) fn domaine(&self) -> String {
        format!("cas {}", self.racine.as_str().trim_end_matches('/'))
    }

    fn adresse(&self, chemin: &str, parametres: &[(&str, &str)]) -> Url {
        let mut url = self.racine.clone();
        let racine = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{racine}/{chemin}"));
        url.query_pairs_mut().extend_pairs(parametres);
        url
    }

    /// Where the browser goes to log in.
    pub(super) fn connexion(&self, service: &str) -> Url {
        self.adresse("login", &[("service", service)])
    }

    /// Where the browser goes to log out there, too.
    pub(super) fn deconnexion(&self, retour: &str) -> Url {
        self.adresse("logout", &[("service", retour)])
    }

    /// Whether somebody answers there as a CAS server does.
    pub(super) async fn saluer(&self, client: &Client, service: &str) -> Result<(), Echec> {
        match self.valider(client, "ST-postule-check", service).await {
            Ok(_) | Err(Echec::Refus(_)) => Ok(()),
            Err(panne @ Echec::Panne(_)) => Err(panne),
        }
    }

    /// Whom a ticket stands for: it serves once, and only for the very address it was made for.
    pub(super) async fn valider(
        &self,
        client: &Client,
        ticket: &str,
        service: &str,
    ) -> Result<Dits, Echec> {
        // Proxy tickets (PT-) are not for us: nobody acts on behalf of a student here.
        let plausible = ticket.starts_with("ST-")
            && ticket.len() <= MAX_TICKET
            && ticket.bytes().all(|o| o.is_ascii_graphic());
        if !plausible {
            return Err(Echec::Refus("this is no service ticket".to_owned()));
        }
        let mut parametres = vec![("service", service), ("ticket", ticket)];
        parametres.extend(self.json.then_some(("format", "JSON")));
        let url = self.adresse("p3/serviceValidate", &parametres);
        let requete =
            Request::get(url.as_str()).header("accept", "application/xml, application/json");
        let requete = requete.body(Vec::new()).map_err(Echec::panne)?;
        let reponse = client.envoyer(requete).await.map_err(Echec::panne)?;
        if !reponse.status().is_success() {
            return Err(Echec::panne(format!(
                "the CAS server answered {}",
                reponse.status()
            )));
        }
        let texte = String::from_utf8(reponse.into_body()).map_err(Echec::panne)?;
        comprendre(&texte)
    }
}

/// An answer in XML or JSON, whichever the server speaks.
fn comprendre(texte: &str) -> Result<Dits, Echec> {
    if texte.trim_start().starts_with('{') {
        return en_json(texte);
    }
    let document = Document::parse(texte).map_err(Echec::panne)?;
    let racine = document.root_element();
    if nom(racine) != "serviceResponse" {
        return Err(Echec::panne("this is no answer of a CAS server"));
    }
    let Some(succes) = enfant(racine, "authenticationSuccess") else {
        let code = enfant(racine, "authenticationFailure").and_then(|n| n.attribute("code"));
        return refus(code);
    };
    let qui = enfant(succes, "user").map(valeur).unwrap_or_default();
    let mut dits = Dits::de(&qui.to_lowercase())?;
    for attribut in enfant(succes, "attributes").iter().flat_map(Node::children) {
        match (attribut.attribute("name"), attribut.attribute("value")) {
            // As some older servers write them.
            (Some(nom), Some(valeur)) => dits.ajouter(nom, valeur),
            _ if attribut.is_element() => dits.ajouter(nom(attribut), &valeur(attribut)),
            _ => {}
        }
    }
    Ok(dits)
}

fn en_json(texte: &str) -> Result<Dits, Echec> {
    let lu: Value = serde_json::from_str(texte).map_err(Echec::panne)?;
    let reponse = &lu["serviceResponse"];
    let succes = &reponse["authenticationSuccess"];
    let Some(qui) = succes["user"].as_str() else {
        return refus(reponse["authenticationFailure"]["code"].as_str());
    };
    let mut dits = Dits::de(&qui.to_lowercase())?;
    dits.ajouter_json(succes["attributes"].as_object());
    Ok(dits)
}

fn refus(code: Option<&str>) -> Result<Dits, Echec> {
    match code {
        // Its own trouble, not the visitor's.
        Some(code @ "INTERNAL_ERROR") => Err(Echec::panne(code)),
        Some(code) => Err(Echec::Refus(code.to_owned())),
        None => Err(Echec::panne("neither success nor failure in the answer")),
    }
}

/// Servers differ in their prefixes.
fn nom<'a>(noeud: Node<'a, '_>) -> &'a str {
    noeud.tag_name().name()
}

fn enfant<'a, 'i>(noeud: Node<'a, 'i>, voulu: &str) -> Option<Node<'a, 'i>> {
    noeud.children().find(|n| nom(*n) == voulu)
}

fn valeur(noeud: Node<'_, '_>) -> String {
    noeud.text().unwrap_or_default().trim().to_owned()
}

/// The ticket whose session a single log-out ends.
pub(super) fn ticket_a_clore(texte: &str) -> Option<String> {
    let document = Document::parse(texte).ok()?;
    let racine = document.root_element();
    let demande = (nom(racine) == "LogoutRequest").then_some(racine)?;
    Some(valeur(enfant(demande, "SessionIndex")?)).filter(|t| !t.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(corps: &str) -> String {
        format!(
            "<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">{corps}</cas:serviceResponse>"
        )
    }

    #[test]
    fn g01_une_reponse_en_xml_ou_en_json_dit_la_meme_personne() {
        let attributs = "<cas:attributes><cas:sn>Lefèvre</cas:sn><cas:mail>z@etu.example</cas:mail>\
            <cas:eduPersonAffiliation>member</cas:eduPersonAffiliation><cas:eduPersonAffiliation>student</cas:eduPersonAffiliation></cas:attributes>";
        let succes = format!(
            "<cas:authenticationSuccess><cas:user>ZLefevre</cas:user>{attributs}</cas:authenticationSuccess>"
        );
        let lu = comprendre(&xml(&succes)).unwrap();
        let json = r#"{"serviceResponse":{"authenticationSuccess":{"user":"zlefevre","attributes":
            {"sn":"Lefèvre","mail":["z@etu.example"],"eduPersonAffiliation":["member","student"]}}}}"#;
        assert_eq!(comprendre(json).unwrap(), lu);
        assert_eq!(lu.sujet, "zlefevre");
        assert_eq!(lu.tous("eduPersonAffiliation"), ["member", "student"]);
        // P05: no attribute at all is no obstacle.
        let nu =
            xml("<cas:authenticationSuccess><cas:user>z</cas:user></cas:authenticationSuccess>");
        assert_eq!(comprendre(&nu).unwrap().un("sn"), "");
    }

    #[test]
    fn g01_ni_un_refus_ni_une_reponse_arrangee_ne_font_entrer() {
        let refuse = |texte: &str, panne: bool| {
            let echec = comprendre(texte).unwrap_err();
            assert_eq!(
                matches!(echec, Echec::Panne(_)),
                panne,
                "{texte}: {echec:?}"
            );
        };
        refuse(
            &xml(
                "<cas:authenticationFailure code=\"INVALID_TICKET\">no</cas:authenticationFailure>",
            ),
            false,
        );
        refuse(
            r#"{"serviceResponse":{"authenticationFailure":{"code":"INVALID_SERVICE"}}}"#,
            false,
        );
        refuse(
            &xml("<cas:authenticationFailure code=\"INTERNAL_ERROR\"/>"),
            true,
        );
        // A user in the wrong place is none.
        refuse(
            &xml(
                "<cas:authenticationFailure code=\"INVALID_TICKET\"><cas:authenticationSuccess><cas:user>a</cas:user></cas:authenticationSuccess></cas:authenticationFailure>",
            ),
            false,
        );
        refuse(
            &xml(
                "<cas:authenticationSuccess><cas:attributes><cas:user>a</cas:user></cas:attributes></cas:authenticationSuccess>",
            ),
            false,
        );
        refuse("<html><body>Welcome</body></html>", true);
        refuse(
            "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><cas:serviceResponse xmlns:cas=\"x\">&a;</cas:serviceResponse>",
            true,
        );
        refuse("", true);
    }

    #[test]
    fn une_fin_de_session_nomme_son_ticket() {
        let demande = |corps: &str| {
            format!(
                "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\">{corps}</samlp:LogoutRequest>"
            )
        };
        let bonne = demande("<samlp:SessionIndex>ST-1-abc</samlp:SessionIndex>");
        assert_eq!(ticket_a_clore(&bonne).unwrap(), "ST-1-abc");
        assert_eq!(ticket_a_clore(&demande("")), None);
        assert_eq!(ticket_a_clore("<a/>"), None);
    }
}
