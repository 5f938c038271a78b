//! Staff's pages, as a browser without JavaScript sees them: list, batches, examination, decisions.

use serde_json::{Value, json};

use crate::pages::{formulaire, page};
use crate::serveur::{PDF, Reponse, Serveur};

pub(crate) fn texte(reponse: &Reponse) -> String {
    String::from_utf8(reponse.octets.to_vec()).unwrap()
}

/// What hidden fields of the form to this address say.
fn caches(page: &str, action: &str) -> Vec<(String, String)> {
    let debut = format!("action=\"{action}\"");
    let (_, form) = page.split_once(&debut).unwrap();
    let form = form.split("</form>").next().unwrap();
    let mut caches = vec![];
    for champ in form.split("<input type=\"hidden\" name=\"").skip(1) {
        let (nom, suite) = champ.split_once("\" value=\"").unwrap();
        let valeur = suite.split('"').next().unwrap();
        let valeur = valeur.replace("&#38;", "&").replace("&amp;", "&");
        caches.push((nom.to_owned(), valeur));
    }
    caches
}

/// Sends what a page's form holds, with more.
pub(crate) async fn suivre(
    serveur: &Serveur,
    page: &str,
    action: &str,
    cookie: &str,
    plus: &[(&str, &str)],
) -> Reponse {
    let caches = caches(page, action);
    let mut champs: Vec<(&str, &str)> = caches
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .filter(|(n, _)| !plus.iter().any(|(p, _)| p == n))
        .collect();
    champs.extend(plus);
    formulaire(serveur, action, cookie, &champs).await
}

impl Serveur {
    /// The cookie of one of the demo's staff.
    pub(crate) async fn poste(&self, qui: &str) -> String {
        format!("__Host-session={}", self.agent(qui).await)
    }

    pub(crate) async fn etat(&self, id: &str) -> Value {
        let admin = self.agent("admin").await;
        let chemin = format!("/gestion/dossiers/{id}");
        self.lire(&chemin, &admin).await.json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p09_un_lot_montre_chaque_mail_avant_de_faire_et_rend_compte_de_chaque_dossier() {
    let serveur = Serveur::new().await;
    let (formation, _) = serveur.formation(0).await;
    let un = serveur.candidat("un@univ.example").await;
    let (transmis, _) = serveur.transmis(&un, &formation).await;
    let deux = serveur.candidat("deux@univ.example").await;
    let ouvert = serveur.ouvrir(&deux, &formation).await.json();
    let ouvert = ouvert["id"].as_str().unwrap().to_owned();
    let cookie = serveur.poste("admin").await;
    let liste = page(&serveur, "/gestion", &cookie).await;
    assert!(liste.contains(&transmis) && liste.contains(&ouvert));
    let choix = [
        ("acte", "complet"),
        ("dossier", transmis.as_str()),
        ("dossier", ouvert.as_str()),
    ];
    let essai = suivre(&serveur, &liste, "/gestion/lots", &cookie, &choix).await;
    let essai = texte(&essai);
    assert!(
        essai.contains("Possible pour 1 dossier, refusé pour 1"),
        "{essai}"
    );
    assert!(essai.contains("un@univ.example"), "every mail is told");
    assert_eq!(
        serveur.etat(&transmis).await["etat"],
        "transmis",
        "nothing is done yet"
    );
    let tout = [("mode", "tout")];
    let rien = suivre(&serveur, &essai, "/gestion/lots", &cookie, &tout).await;
    assert!(texte(&rien).contains("Rien n&#39;a été fait"));
    assert_eq!(
        serveur.etat(&transmis).await["etat"],
        "transmis",
        "all or nothing"
    );
    let possible = [("mode", "possible")];
    let fait = suivre(&serveur, &texte(&rien), "/gestion/lots", &cookie, &possible).await;
    assert!(texte(&fait).contains("Fait pour 1 dossier, refusé pour 1"));
    assert_eq!(serveur.etat(&transmis).await["etat"], "complet");
    let sans = [("acte", "complet")];
    let sans = suivre(&serveur, &liste, "/gestion/lots", &cookie, &sans).await;
    assert!(texte(&sans).contains("Aucun dossier n"));
    let tous = [("acte", "reouverture"), ("tous", "oui")];
    let tous = suivre(&serveur, &liste, "/gestion/lots", &cookie, &tous).await;
    assert!(
        texte(&tous).contains("Possible pour 1 dossier, refusé pour 1"),
        "the whole search"
    );
    let faux = [
        ("preuve", "0"),
        ("acte", "complet"),
        ("dossier", ouvert.as_str()),
    ];
    let faux = suivre(&serveur, &liste, "/gestion/lots", &cookie, &faux).await;
    assert_eq!(faux.statut, 403, "Q14");
}

#[tokio::test(flavor = "multi_thread")]
async fn p03_une_page_perimee_ne_perd_rien_de_ce_qui_est_ecrit() {
    let serveur = Serveur::new().await;
    let (formation, _) = serveur.formation(0).await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (id, pieces) = serveur.transmis(&elle, &formation).await;
    let (un, autre) = (serveur.poste("admin").await, serveur.agent("admin").await);
    let chemin = format!("/gestion/dossiers/{id}?piece={}", pieces[0]);
    let vue = page(&serveur, &chemin, &un).await;
    assert!(vue.contains("elle@univ.example"), "P17: the contact mail");
    assert!(
        vue.contains("?apercu=1"),
        "the piece is beside the check-list"
    );
    let note = json!({ "texte": "vu au téléphone" });
    serveur.gerer(&autre, &id, "notes", note).await;
    let action = format!("/gestion/dossiers/{id}/pieces/{}/decision", pieces[0]);
    let refus = [("statut", "refusee"), ("commentaire", "Page 2 illisible")];
    let perime = suivre(&serveur, &vue, &action, &un, &refus).await;
    assert_eq!(perime.statut, 412);
    let perime = texte(&perime);
    assert!(
        perime.contains("Page 2 illisible"),
        "what was typed is there"
    );
    assert!(
        perime.contains("Note, étiquette ou attribution"),
        "and what the other did"
    );
    let fait = suivre(&serveur, &perime, &action, &un, &[]).await;
    assert_eq!(fait.statut, 303);
    let vu = serveur.etat(&id).await;
    let piece = vu["pieces"].as_array().unwrap().iter();
    let piece = piece
        .clone()
        .find(|p| p["code"] == pieces[0].as_str())
        .unwrap();
    assert_eq!(piece["commentaire"], "Page 2 illisible");
    // Somebody else of the centre opens it: each is told of the other.
    let centre = vu["formation"]["centre"].as_str().unwrap().to_lowercase();
    let collegue = serveur.poste(&centre).await;
    assert!(
        page(&serveur, &chemin, &collegue)
            .await
            .contains("a ouvert ce dossier il y a")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t09_t12_le_renvoi_se_prepare_a_l_ecran_et_se_reprend_tant_que_rien_n_a_bouge() {
    let serveur = Serveur::new().await;
    let (formation, _) = serveur.formation(0).await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (id, pieces) = serveur.transmis(&elle, &formation).await;
    let cookie = serveur.poste("admin").await;
    let chemin = format!("/gestion/dossiers/{id}?piece={}", pieces[0]);
    let action = format!("/gestion/dossiers/{id}/pieces/{}/decision", pieces[0]);
    let vue = page(&serveur, &chemin, &cookie).await;
    let refus = [
        ("statut", "refusee"),
        ("modele", "Il manque des pages."),
        ("garder", "pages"),
    ];
    assert_eq!(
        suivre(&serveur, &vue, &action, &cookie, &refus)
            .await
            .statut,
        303
    );
    let vue = page(&serveur, &chemin, &cookie).await;
    assert!(
        vue.contains(">pages</option>"),
        "the comment is kept for the next time"
    );
    let acte = [("acte", "renvoi")];
    let champs = texte(&suivre(&serveur, &vue, "/gestion/lots", &cookie, &acte).await);
    let date = [("retour", "pas une date")];
    let refuse = texte(&suivre(&serveur, &champs, "/gestion/lots", &cookie, &date).await);
    assert!(refuse.contains("pas une date") && refuse.contains("Donnez une date et une heure"));
    let date = [("retour", "2100-01-01T12:00")];
    let essai = texte(&suivre(&serveur, &champs, "/gestion/lots", &cookie, &date).await);
    assert!(
        essai.contains("elle@univ.example"),
        "T09: the mail is told first"
    );
    assert!(
        essai.contains("Il manque des pages."),
        "and what it asks for"
    );
    let fait = suivre(&serveur, &essai, "/gestion/lots", &cookie, &[]).await;
    assert_eq!(fait.statut, 303, "one dossier leads back to itself");
    assert_eq!(serveur.etat(&id).await["etat"], "incomplet");
    let admin = serveur.agent("admin").await;
    let repris = serveur.gerer(&admin, &id, "reprise", Value::Null).await;
    assert_eq!(repris["etat"], "transmis", "T12");
    serveur.gerer(&admin, &id, "renvoi", json!({})).await;
    let depose = serveur.deposer(&elle, &id, &pieces[0], "g.pdf", PDF).await;
    assert_eq!(depose.statut, 200);
    let refus = serveur.refuser(&admin, &id, "reprise", Value::Null).await;
    assert_eq!(
        refus,
        (409, "renvoi_entame".to_owned()),
        "T12: something changed since"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t14_t17_l_examen_se_rouvre_et_l_avis_publie_reste_jusqu_au_suivant() {
    let serveur = Serveur::new().await;
    let (formation, _) = serveur.formation(0).await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (id, _) = serveur.transmis(&elle, &formation).await;
    let admin = serveur.agent("admin").await;
    serveur.gerer(&admin, &id, "complet", Value::Null).await;
    let rouvert = serveur.gerer(&admin, &id, "reouverture", Value::Null).await;
    assert_eq!(rouvert["etat"], "transmis", "T14");
    serveur.gerer(&admin, &id, "complet", Value::Null).await;
    let cookie = serveur.poste("admin").await;
    let chemin = format!("/gestion/dossiers/{id}");
    let vue = page(&serveur, &chemin, &cookie).await;
    // The form of the draft is the last one of the page that leads to the acts.
    let (_, form) = vue.rsplit_once("action=\"/gestion/lots\"").unwrap();
    let form = format!("action=\"/gestion/lots\"{form}");
    let sans_rang = [("avis", "liste_complementaire")];
    let refuse = texte(&suivre(&serveur, &form, "/gestion/lots", &cookie, &sans_rang).await);
    assert!(
        refuse.contains("Donnez un rang, à partir de 1."),
        "{refuse}"
    );
    let attente = [("avis", "liste_attente"), ("commentaire", "Bon dossier")];
    let saisi = suivre(&serveur, &form, "/gestion/lots", &cookie, &attente).await;
    assert_eq!(saisi.statut, 303, "{}", texte(&saisi));
    serveur
        .gerer(&admin, &id, "avis/validation", Value::Null)
        .await;
    let refus = serveur
        .refuser(&admin, &id, "reouverture", Value::Null)
        .await;
    assert_eq!(refus.0, 409, "T14: not once a decision is released");
    let favorable = json!({ "avis": "favorable" });
    serveur.gerer(&admin, &id, "avis", favorable).await;
    let vu = serveur.lire(&format!("/dossiers/{id}"), &elle).await.json();
    assert_eq!(
        vu["decision"]["avis"], "liste_attente",
        "T17: the released one stays"
    );
    serveur
        .gerer(&admin, &id, "avis/validation", Value::Null)
        .await;
    let vu = serveur.lire(&format!("/dossiers/{id}"), &elle).await.json();
    assert_eq!(vu["decision"]["avis"], "favorable");
    let decisions = page(&serveur, "/gestion/decisions", &cookie).await;
    assert!(decisions.contains("1 proposée"), "{decisions}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t20_t22_la_liste_complementaire_se_lit_et_la_place_se_propose() {
    let serveur = Serveur::new().await;
    let (formation, _) = serveur.formation(0).await;
    let admin = serveur.agent("admin").await;
    let mut ids = vec![];
    let mut sessions = vec![];
    for mail in ["a@univ.example", "b@univ.example"] {
        let session = serveur.candidat(mail).await;
        let (id, _) = serveur.transmis(&session, &formation).await;
        serveur.gerer(&admin, &id, "complet", Value::Null).await;
        ids.push(id);
        sessions.push(session);
    }
    // P09: the dry run sees that the batch itself gives one rank twice.
    let lot = |dossiers: Value, essai: bool| json!({ "acte": "avis", "parametres": { "avis": "liste_complementaire", "rang": 1 }, "dossiers": dossiers, "essai": essai, "tout_ou_rien": true });
    let double = serveur
        .demander("POST", "/gestion/lots", &admin, lot(json!(ids), true))
        .await
        .json();
    assert_eq!(double["refus"], 1, "{double}");
    assert_eq!(double["dossiers"][1]["refus"]["code"], "rang_pris");
    let double = serveur
        .demander("POST", "/gestion/lots", &admin, lot(json!(ids), false))
        .await
        .json();
    assert_eq!(double["fait"], false, "all or nothing: nothing");
    // On the page the ranks follow one another.
    let cookie = serveur.poste("admin").await;
    let liste = page(&serveur, "/gestion?tri=cree_le", &cookie).await;
    let choix = [
        ("acte", "avis"),
        ("dossier", ids[0].as_str()),
        ("dossier", ids[1].as_str()),
    ];
    let champs = texte(&suivre(&serveur, &liste, "/gestion/lots", &cookie, &choix).await);
    let rang = [("avis", "liste_complementaire"), ("rang", "1")];
    let essai = texte(&suivre(&serveur, &champs, "/gestion/lots", &cookie, &rang).await);
    assert!(essai.contains("Possible pour 2 dossiers"), "{essai}");
    suivre(&serveur, &essai, "/gestion/lots", &cookie, &[]).await;
    let decisions = page(&serveur, "/gestion/decisions", &cookie).await;
    let essai = texte(&suivre(&serveur, &decisions, "/gestion/lots", &cookie, &[]).await);
    assert!(essai.contains("Possible pour 2 dossiers"), "T16: {essai}");
    suivre(&serveur, &essai, "/gestion/lots", &cookie, &[]).await;
    let attente = format!("/gestion/formations/{formation}/liste");
    let vue = page(&serveur, &attente, &cookie).await;
    assert!(vue.contains(&ids[0]) && vue.contains(&ids[1]));
    let renonce = format!("/dossiers/{}/desistement", ids[0]);
    let renonce = serveur
        .demander("POST", &renonce, &sessions[0], Value::Null)
        .await;
    assert_eq!(renonce.json()["reponse"], "desistee", "T20");
    let vue = page(&serveur, &attente, &cookie).await;
    assert!(!vue.contains(&ids[0]), "the rank is freed");
    let acte = [("acte", "promotion")];
    let essai = texte(&suivre(&serveur, &vue, "/gestion/lots", &cookie, &acte).await);
    assert!(essai.contains("b@univ.example"), "T22: {essai}");
    suivre(&serveur, &essai, "/gestion/lots", &cookie, &[]).await;
    let vu = serveur
        .lire(&format!("/dossiers/{}", ids[1]), &sessions[1])
        .await
        .json();
    assert_eq!(vu["decision"]["avis"], "favorable", "T22");
}

#[tokio::test(flavor = "multi_thread")]
async fn t26_notes_etiquettes_attribution_et_recherches_gardees() {
    let serveur = Serveur::new().await;
    let (formation, _) = serveur.formation(0).await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (id, _) = serveur.transmis(&elle, &formation).await;
    let cookie = serveur.poste("admin").await;
    let chemin = format!("/gestion/dossiers/{id}");
    let vue = page(&serveur, &chemin, &cookie).await;
    for (acte, nom, valeur) in [
        ("notes", "texte", "Rappeler <lundi>"),
        ("etiquettes", "etiquettes", "boursier, alternance"),
    ] {
        let action = format!("{chemin}/{acte}");
        let vue = page(&serveur, &chemin, &cookie).await;
        let fait = suivre(&serveur, &vue, &action, &cookie, &[(nom, valeur)]).await;
        assert_eq!(fait.statut, 303, "{acte}: {}", texte(&fait));
    }
    assert!(
        page(&serveur, &chemin, &cookie)
            .await
            .contains("Rappeler &#60;lundi&#62;")
    );
    let candidat = serveur.lire(&format!("/dossiers/{id}"), &elle).await;
    assert!(!texte(&candidat).contains("Rappeler"), "staff only");
    let champs = [("acte", "assignation")];
    let champs = texte(&suivre(&serveur, &vue, "/gestion/lots", &cookie, &champs).await);
    let moi = champs.split("<option value=\"").nth(2).unwrap();
    let moi = moi.split('"').next().unwrap().to_owned();
    // The page of before the labels is stale: it says so, and goes on from there.
    let assigne = [("assigne", moi.as_str())];
    let perime = suivre(&serveur, &champs, "/gestion/lots", &cookie, &assigne).await;
    assert_eq!(perime.statut, 412);
    let essai = texte(&suivre(&serveur, &texte(&perime), "/gestion/lots", &cookie, &[]).await);
    let fait = suivre(&serveur, &essai, "/gestion/lots", &cookie, &[]).await;
    assert_eq!(fait.statut, 303, "{}", texte(&fait));
    let trouve = |requete: &str| {
        let chemin = format!("/gestion?{requete}");
        let (serveur, cookie, id) = (&serveur, &cookie, &id);
        async move { page(serveur, &chemin, cookie).await.contains(id.as_str()) }
    };
    assert!(trouve("etiquette=boursier").await);
    assert!(!trouve("etiquette=autre").await);
    assert!(trouve(&format!("assigne={moi}")).await);
    assert!(!trouve("avant=2001-01-01").await && trouve("depuis=2001-01-01").await);
    let filtree = page(&serveur, "/gestion?etiquette=boursier", &cookie).await;
    // The form that keeps the search is the only one yet to that address.
    let nom = [("nom", "Mes boursiers")];
    let garde = suivre(&serveur, &filtree, "/gestion/vues", &cookie, &nom).await;
    assert_eq!(garde.entetes["location"], "/gestion?etiquette=boursier");
    let liste = page(&serveur, "/gestion", &cookie).await;
    assert!(
        liste.contains("<a href=\"/gestion?etiquette=boursier\">Mes boursiers</a>"),
        "{liste}"
    );
    let oublie = suivre(&serveur, &liste, "/gestion/vues", &cookie, &[]).await;
    assert_eq!(oublie.statut, 303);
    assert!(
        !page(&serveur, "/gestion", &cookie)
            .await
            .contains("Mes boursiers")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t02_t03_un_dossier_s_ouvre_et_une_place_se_propose_a_l_ecran() {
    let serveur = Serveur::new().await;
    let elle = serveur.candidat("elle@univ.example").await;
    let numero = serveur.lire("/moi", &elle).await.json()["numero"].clone();
    let numero = numero.as_str().unwrap();
    let cookie = serveur.poste("admin").await;
    let nouveau = "/gestion/dossiers/nouveau";
    let vide = page(&serveur, nouveau, &cookie).await;
    let refuse = suivre(&serveur, &vide, nouveau, &cookie, &[("candidat", numero)]).await;
    assert!(texte(&refuse).contains(numero) && texte(&refuse).contains("à corriger"));
    let (formation, _) = serveur.formation(0).await;
    let propose = [
        ("candidat", numero),
        ("formation", formation.as_str()),
        ("proposition", "oui"),
    ];
    let cree = suivre(&serveur, &vide, nouveau, &cookie, &propose).await;
    assert_eq!(cree.statut, 303, "{}", texte(&cree));
    let chemin = cree.entetes["location"].to_str().unwrap().to_owned();
    let vue = page(&serveur, &chemin, &cookie).await;
    assert!(vue.contains("Avis saisi"), "T03");
    let essai = [("acte", "avis/validation")];
    let essai = texte(&suivre(&serveur, &vue, "/gestion/lots", &cookie, &essai).await);
    assert!(essai.contains("elle@univ.example"), "{essai}");
    assert!(!essai.contains("La capacité sera dépassée"));
}

/// T08: a comment shared by one manager of a centre is there for the next, and for nobody of another centre.
#[tokio::test(flavor = "multi_thread")]
async fn t08_les_gestionnaires_d_un_centre_partagent_leurs_commentaires() {
    let serveur = Serveur::new().await;
    let (formation, _) = serveur.formation(0).await;
    let elle = serveur.candidat("elle@univ.example").await;
    let (id, pieces) = serveur.transmis(&elle, &formation).await;
    let centre = serveur.etat(&id).await["formation"]["centre"].clone();
    let centre = centre.as_str().unwrap().to_owned();
    let autre = if centre == "DROIT" { "IAE" } else { "DROIT" };
    let cookie = serveur.poste("admin").await;
    let chemin = format!("/gestion/dossiers/{id}");
    let vue = page(&serveur, &format!("{chemin}?piece={}", pieces[0]), &cookie).await;
    let refus = [
        ("statut", "refusee"),
        ("commentaire", "Il manque le verso."),
        ("garder", "Verso"),
        ("partager", centre.as_str()),
    ];
    let decision = format!("{chemin}/pieces/{}/decision", pieces[0]);
    let fait = suivre(&serveur, &vue, &decision, &cookie, &refus).await;
    assert_eq!(fait.statut, 303, "{}", texte(&fait));
    let collegue = serveur.poste(&centre.to_lowercase()).await;
    let vue = page(
        &serveur,
        &format!("{chemin}?piece={}", pieces[1]),
        &collegue,
    )
    .await;
    assert!(vue.contains("<option value=\"Il manque le verso.\">Verso</option>"));
    let vide = [("pour", centre.as_str()), ("nom", "Recto")];
    let ici = "/gestion/commentaires";
    let vue = page(&serveur, ici, &collegue).await;
    assert!(vue.contains("Il manque le verso."));
    let faux = texte(&suivre(&serveur, &vue, ici, &collegue, &vide).await);
    assert!(
        faux.contains("à corriger") && faux.contains("Recto"),
        "{faux}"
    );
    for acte in [
        [
            ("pour", centre.as_str()),
            ("nom", "Recto"),
            ("contenu", "Il manque le recto."),
        ],
        [("pour", centre.as_str()), ("oublier", "Verso"), ("nom", "")],
        [
            ("pour", "moi"),
            ("nom", "Flou"),
            ("contenu", "La photo est floue."),
        ],
    ] {
        let fait = suivre(&serveur, &vue, ici, &collegue, &acte).await;
        assert_eq!(fait.statut, 303, "{}", texte(&fait));
    }
    let agent = serveur.agent(&centre.to_lowercase()).await;
    let partages = serveur.lire(ici, &agent).await.json();
    let attendu = json!({ "centres": [{ "centre": centre, "commentaires": { "Recto": "Il manque le recto." } }] });
    assert_eq!(partages, attendu);
    // By API, and not in another's centre.
    let un = format!("{ici}/{centre}/Date");
    let corps = json!({ "texte": "La date est passée." });
    let mis = serveur.demander("PUT", &un, &agent, corps.clone()).await;
    assert_eq!(mis.statut, 204);
    let dehors = serveur.agent(&autre.to_lowercase()).await;
    let refus = serveur.demander("PUT", &un, &dehors, corps).await;
    assert_eq!(refus.code(), (404, "introuvable".to_owned()));
    let refus = serveur.demander("DELETE", &un, &dehors, Value::Null).await;
    assert_eq!(refus.statut, 404);
    let siens = serveur.lire(ici, &dehors).await.json();
    assert_eq!(siens["centres"][0]["commentaires"], json!({}), "{siens}");
    let jury = serveur.agent("jury").await;
    assert_eq!(
        serveur.lire(ici, &jury).await.code(),
        (403, "droit_manquant".to_owned())
    );
    let ote = serveur.demander("DELETE", &un, &agent, Value::Null).await;
    assert_eq!(ote.statut, 204);
    let partages = serveur.lire(ici, &agent).await.json();
    assert_eq!(partages, attendu);
}

/// T26: labels added and removed on many at once; what each had besides stays.
#[tokio::test(flavor = "multi_thread")]
async fn t26_des_etiquettes_se_mettent_et_s_enlevent_sur_plusieurs_dossiers_a_la_fois() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let cookie = serveur.poste("admin").await;
    let (formation, _) = serveur.formation(0).await;
    let mut ids = vec![];
    for mail in ["un@univ.example", "deux@univ.example"] {
        let session = serveur.candidat(mail).await;
        ids.push(serveur.transmis(&session, &formation).await.0);
    }
    let premieres = json!({ "etiquettes": ["boursier"] });
    serveur
        .gerer(&admin, &ids[0], "etiquettes", premieres)
        .await;
    let liste = page(&serveur, "/gestion", &cookie).await;
    let choix = [
        ("acte", "etiquettes"),
        ("dossier", ids[0].as_str()),
        ("dossier", ids[1].as_str()),
    ];
    let champs = texte(&suivre(&serveur, &liste, "/gestion/lots", &cookie, &choix).await);
    let vide = texte(&suivre(&serveur, &champs, "/gestion/lots", &cookie, &[]).await);
    assert!(vide.contains("au moins une étiquette"), "{vide}");
    let mots = [("ajouter", "alternance, à revoir"), ("retirer", "boursier")];
    let essai = texte(&suivre(&serveur, &champs, "/gestion/lots", &cookie, &mots).await);
    assert!(essai.contains("Possible pour 2 dossiers"), "{essai}");
    let fait = suivre(&serveur, &essai, "/gestion/lots", &cookie, &[]).await;
    assert!(texte(&fait).contains("Fait pour 2 dossiers"));
    let etiquettes = async |id: &str| {
        let vue = page(&serveur, &format!("/gestion/dossiers/{id}"), &cookie).await;
        let (_, suite) = vue.split_once("name=\"etiquettes\" value=\"").unwrap();
        suite.split('"').next().unwrap().to_owned()
    };
    for id in &ids {
        assert_eq!(etiquettes(id).await, "alternance, à revoir");
    }
    let lot = json!({ "acte": "etiquettes", "dossiers": ids, "parametres": { "retirer": ["alternance"] }, "tout_ou_rien": true });
    let lot = serveur.demander("POST", "/gestion/lots", &admin, lot).await;
    assert_eq!(lot.json()["fait"], true);
    assert_eq!(etiquettes(&ids[1]).await, "à revoir");
    let rien = serveur
        .refuser(&admin, &ids[0], "etiquettes", json!({}))
        .await;
    assert_eq!(rien, (422, "champs_invalides".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn p23_publier_au_dela_de_la_capacite_avertit() {
    let serveur = Serveur::new().await;
    let admin = serveur.agent("admin").await;
    let offre = serveur.lire("/formations", "").await.json();
    let mut petites = vec![];
    for composante in offre["composantes"].as_array().unwrap() {
        for niveau in composante["niveaux"].as_array().unwrap() {
            for formation in niveau["formations"].as_array().unwrap() {
                petites.extend(
                    formation["capacite"]
                        .as_u64()
                        .map(|c| (c, formation["code"].clone())),
                );
            }
        }
    }
    petites.sort_by_key(|(capacite, _)| *capacite);
    let (capacite, formation) = &petites[0];
    let cookie = serveur.poste("admin").await;
    for n in 0..=*capacite {
        let elle = serveur.candidat(&format!("c{n}@univ.example")).await;
        let candidat = serveur.lire("/moi", &elle).await.json()["numero"].clone();
        let corps = json!({ "candidat": candidat, "formation": formation, "proposition": true });
        let propose = serveur
            .demander("POST", "/gestion/dossiers", &admin, corps)
            .await;
        assert_eq!(propose.statut, 201);
        let decisions = page(&serveur, "/gestion/decisions", &cookie).await;
        let essai = texte(&suivre(&serveur, &decisions, "/gestion/lots", &cookie, &[]).await);
        let beyond = essai.contains("La capacité sera dépassée");
        assert_eq!(beyond, n == *capacite, "{n} of {capacite}: {essai}");
    }
}
