//! What the scolarité is told of admissions: as it happens, once more, and as a file (T18, T19).

use std::process::Command;

use actors::protocol::{ActePersonnel, NouveauPersonnel, Requete};
use domain::langue::Langue;
use fixtures::client::PDF;
use postule::admin::{Acces, Lieu, OuArgs};
use postule::app::{MOT_DE_PASSE_PERSONNEL, personnel_demo};
use serde_json::{Value, json};

use crate::client::{Abonnement, Client};
use crate::{Monde, fiche, sien};

impl Monde {
    /// The session of an administrator.
    async fn administrateur(&self) -> String {
        let ou = OuArgs {
            config: None,
            data: Some(self.donnees.clone()),
        };
        let acces = Acces::ouvrir(&Lieu::trouver(&ou).unwrap()).await.unwrap();
        let nouveaux = personnel_demo().into_iter().take(1);
        let acte = ActePersonnel::Installer {
            nouveaux: nouveaux
                .map(|(mail, nom, prenom, droits)| NouveauPersonnel {
                    mail,
                    nom: nom.to_owned(),
                    prenom: prenom.to_owned(),
                    droits,
                    langue: Langue::Fr,
                })
                .collect(),
            mot_de_passe: MOT_DE_PASSE_PERSONNEL.to_owned(),
        };
        let fait = acces.demander(None, Requete::Personnel { acte }).await;
        fait.unwrap().unwrap();
        let corps =
            json!({ "identifiant": "admin@demo.example", "mot_de_passe": MOT_DE_PASSE_PERSONNEL });
        let session = self.serveur.demander("POST", "/session", "", corps).await;
        session.json()["jeton"].as_str().unwrap().to_owned()
    }

    async fn faire(&self, chemin: &str, session: &str, corps: Value) -> Value {
        let reponse = self.serveur.demander("POST", chemin, session, corps).await;
        assert!(
            reponse.statut.is_success(),
            "{chemin}: {:?}",
            reponse.json()
        );
        reponse.json()
    }

    /// A dossier with a favourable answer, to be confirmed.
    async fn admis(&self, session: &str, admin: &str) -> String {
        let ouvert = self.serveur.ouvrir(session, "M2").await.json();
        let id = ouvert["id"].as_str().unwrap().to_owned();
        let depose = self
            .serveur
            .deposer(session, &id, "CV", "cv.pdf", PDF)
            .await;
        assert_eq!(depose.statut, 200);
        self.faire(
            &format!("/dossiers/{id}/transmission"),
            session,
            Value::Null,
        )
        .await;
        let gestion = format!("/gestion/dossiers/{id}");
        self.faire(&format!("{gestion}/complet"), admin, Value::Null)
            .await;
        let favorable = json!({ "avis": "favorable" });
        self.faire(&format!("{gestion}/avis"), admin, favorable)
            .await;
        self.faire(&format!("{gestion}/avis/validation"), admin, Value::Null)
            .await;
        id
    }

    async fn ecouter(&self, sujet: &str) -> Abonnement {
        Client::joindre(&self.nats.url())
            .await
            .souscrire(sujet)
            .await
    }

    fn commande(&self, arguments: &[&str]) -> String {
        let mut commande = Command::new(env!("CARGO_BIN_EXE_postule"));
        commande.arg("scolarite").args(arguments);
        let sortie = commande.arg("--data").arg(&self.donnees).output().unwrap();
        let erreurs = String::from_utf8_lossy(&sortie.stderr);
        assert!(sortie.status.success(), "{erreurs}");
        String::from_utf8(sortie.stdout).unwrap()
    }
}

/// The message follows the schema of this name in the AsyncAPI document.
pub(crate) fn conforme(message: &Value, nom: &str) {
    let document = bus::wire::asyncapi();
    let schema = json!({
        "$ref": format!("#/components/schemas/{nom}"), "components": document["components"],
    });
    let regle = jsonschema::validator_for(&schema).unwrap();
    let fautes: Vec<_> = regle.iter_errors(message).map(|e| e.to_string()).collect();
    assert!(fautes.is_empty(), "{nom}: {fautes:?} in {message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t18_t19_la_scolarite_apprend_l_admission_et_son_abandon_et_les_relit() {
    let monde = Monde::new().await;
    let admin = monde.administrateur().await;
    let ine = "0123456789M";
    monde
        .prendre(&fiche(ine, "2026-09-01T08:00:00Z", "L3"))
        .await;
    let session = monde.serveur.compte("admise@univ.example").await;
    let mut corps = sien(ine);
    corps["confirme"] = json!(true);
    monde.informations(&session, &corps).await;
    let dossier = monde.admis(&session, &admin).await;
    let mut admissions = monde.ecouter("postule.v1.scolarite.admission").await;
    let mut annulations = monde
        .ecouter("postule.v1.scolarite.admission.annulation")
        .await;
    let mut evenements = monde.ecouter("postule.v1.evt.dossier.*").await;
    monde
        .faire(
            &format!("/dossiers/{dossier}/confirmation"),
            &session,
            Value::Null,
        )
        .await;
    let admission: Value = serde_json::from_slice(&admissions.suivant().await).unwrap();
    conforme(&admission, "Admission");
    assert_eq!(admission["dossier"], dossier.as_str(), "T18");
    assert_eq!(admission["formation"], "M2");
    assert_eq!(admission["candidat"]["ine"], ine);
    assert_eq!(admission["candidat"]["numero_etudiant"], "21904567");
    assert_eq!(admission["candidat"]["baccalaureat"]["annee"], 2022);
    monde
        .faire(
            &format!("/dossiers/{dossier}/desistement"),
            &session,
            Value::Null,
        )
        .await;
    let annulation: Value = serde_json::from_slice(&annulations.suivant().await).unwrap();
    conforme(&annulation, "AnnulationAdmission");
    assert_eq!(annulation["dossier"], dossier.as_str(), "T19");
    assert_eq!(annulation["numero"], admission["candidat"]["numero"]);
    for _ in 0..2 {
        let evenement: Value = serde_json::from_slice(&evenements.suivant().await).unwrap();
        conforme(&evenement, "EvenementDossier");
        assert!(!evenement.to_string().contains(ine), "{evenement}");
    }
    en_fichier(&monde, &admission, &annulation);

    rejouees(&monde).await;
    let encore: Value = serde_json::from_slice(&admissions.suivant().await).unwrap();
    assert_eq!(encore, admission);
}

/// The stream is lost; it is filled again from the journal, from a date on, under the same ids.
async fn rejouees(monde: &Monde) {
    monde
        .client
        .delete_stream("SCOLARITE_SORTIE")
        .await
        .unwrap();
    let url = monde.nats.url();
    for (depuis, publiees) in [("2090-01-01", 0), ("2020-01-01", 2)] {
        let rejouer = ["rejouer", "--depuis", depuis, "--nats", &url, "--json"];
        let bilan = tokio::task::block_in_place(|| monde.commande(&rejouer));
        let bilan: Value = serde_json::from_str(&bilan).unwrap();
        assert_eq!(bilan, json!({ "publiees": publiees, "effacees": 0 }));
    }
}

/// As a file, in both forms, beside the running server.
fn en_fichier(monde: &Monde, admission: &Value, annulation: &Value) {
    let lues = tokio::task::block_in_place(|| monde.commande(&["admissions", "--jsonl"]));
    let lues: Vec<Value> = lues
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(
        lues,
        [
            json!({ "type": "admission", "message": admission }),
            json!({ "type": "annulation", "message": annulation }),
        ],
        "the same messages under the same ids"
    );
    let csv = tokio::task::block_in_place(|| monde.commande(&["admissions", "--csv"]));
    let mut lecteur = csv::Reader::from_reader(csv.as_bytes());
    let rangees: Vec<_> = lecteur.records().map(Result::unwrap).collect();
    assert_eq!(rangees.len(), 2, "{csv}");
    assert_eq!(&rangees[0][0], "admission");
    let (dossier, ine) = (&admission["dossier"], &admission["candidat"]["ine"]);
    let (dossier, ine) = (dossier.as_str().unwrap(), ine.as_str().unwrap());
    assert!(rangees[0].iter().any(|v| v == ine), "{csv}");
    assert!(rangees[1].iter().any(|v| v == dossier), "{csv}");
    let rien = tokio::task::block_in_place(|| {
        monde.commande(&["admissions", "--jsonl", "--depuis", "2090-01-01"])
    });
    assert_eq!(rien, "");
}
