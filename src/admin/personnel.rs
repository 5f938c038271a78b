//! `postule personnel add|list|disable`: staff and their roles, from the operator's console.

use actors::protocol::{
    ActePersonnel, EtatPersonnel, Faute, NouveauPersonnel, PersonnelVue, Reponse, Requete,
};
use clap::{Args, Subcommand, ValueEnum};
use domain::formulaires::{PersonnelForm, normaliser_mail};
use domain::langue::Langue;
use domain::personnel::droits::Role;
use domain::refus::Refus;
use serde_json::json;

use super::campagne::catalogue;
use super::{Acces, Echec, Issue, Lieu, OuArgs, sortie};

#[derive(Debug, Args)]
pub(super) struct Personnel {
    #[command(subcommand)]
    quoi: Quoi,
}

#[derive(Debug, Subcommand)]
enum Quoi {
    /// Invite quelqu'un : le lien part par mail, et s'affiche.
    Add(Ajout),
    /// Qui fait partie du personnel, avec quels droits.
    List {
        #[command(flatten)]
        ou: OuArgs,
    },
    /// Ferme l'accès de quelqu'un ; ses actes restent dans les traces.
    Disable {
        /// Adresse de la personne.
        #[arg(value_name = "MAIL")]
        mail: String,
        #[command(flatten)]
        ou: OuArgs,
    },
}

#[derive(Debug, Args)]
struct Ajout {
    /// Adresse : l'identifiant de la personne.
    #[arg(long)]
    mail: String,
    /// Nom de famille.
    #[arg(long)]
    nom: String,
    /// Prénom.
    #[arg(long)]
    prenom: String,
    /// Rôle ; l'option se répète.
    #[arg(long, value_enum, required = true)]
    role: Vec<CodeRole>,
    /// Code d'un centre, pour un gestionnaire ; l'option se répète.
    #[arg(long, value_name = "CODE")]
    centre: Vec<String>,
    /// Code d'une commission, pour un de ses membres ; l'option se répète.
    #[arg(long, value_name = "CODE")]
    commission: Vec<String>,
    /// Peut saisir les avis.
    #[arg(long)]
    peut_saisir_avis: bool,
    /// Peut publier les avis.
    #[arg(long)]
    peut_valider_avis: bool,
    /// Mails et pages en anglais.
    #[arg(long)]
    anglais: bool,
    #[command(flatten)]
    ou: OuArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum CodeRole {
    /// Tout, partout.
    Administrateur,
    /// Examine les dossiers de ses centres.
    Gestionnaire,
    /// Lit les dossiers de ses commissions.
    Commission,
    /// Aide les candidats.
    Support,
    /// Voit ce que voit le support.
    SupportLecture,
}

impl Personnel {
    pub(super) async fn lancer(self, json: bool) -> Issue {
        match self.quoi {
            Quoi::Add(ajout) => ajouter(ajout, json).await,
            Quoi::List { ou } => lister(&ou, json).await,
            Quoi::Disable { mail, ou } => fermer(&mail, &ou, json).await,
        }
    }
}

async fn ajouter(ajout: Ajout, json: bool) -> Issue {
    let acces = Acces::ouvrir(&Lieu::trouver(&ajout.ou)?).await?;
    let codes = ajout.role.iter().filter_map(ValueEnum::to_possible_value);
    let form = PersonnelForm {
        mail: Some(ajout.mail),
        nom: Some(ajout.nom),
        prenom: Some(ajout.prenom),
        roles: codes.map(|code| code.get_name().to_owned()).collect(),
        centres: ajout.centre,
        commissions: ajout.commission,
        peut_saisir_avis: ajout.peut_saisir_avis,
        peut_valider_avis: ajout.peut_valider_avis,
    };
    let lu = form.lire(&catalogue(&acces).await?).map_err(usage)?;
    let acte = ActePersonnel::Inviter(NouveauPersonnel {
        mail: lu.mail,
        nom: lu.nom,
        prenom: lu.prenom,
        droits: lu.droits,
        langue: if ajout.anglais {
            Langue::En
        } else {
            Langue::Fr
        },
    });
    let (vue, invitation) = agir(&acces, acte).await?;
    // No page of a running server is known here: what follows its address is.
    let lien = invitation.map(|jeton| format!("/gestion/invitation?jeton={jeton}"));
    if json {
        return sortie::ecrire_json(&json!({ "personnel": vue, "invitation": lien }));
    }
    sortie::ecrire(&ligne(&vue))?;
    if let Some(lien) = lien {
        sortie::dire(
            "L'invitation part par mail. Si aucun mail ne part encore, ouvrez ce lien sur votre site :",
        );
        sortie::ecrire(&lien)?;
    }
    Ok(())
}

async fn lister(ou: &OuArgs, json: bool) -> Issue {
    let acces = Acces::ouvrir(&Lieu::trouver(ou)?).await?;
    let acte = ActePersonnel::Lister;
    let reponse = acces.demander(None, Requete::Personnel { acte }).await?;
    let Reponse::Personnels { personnels } = reponse.map_err(|f| refuse(&f))? else {
        return Err(Echec::Echoue("réponse inattendue".to_owned()));
    };
    if json {
        return sortie::ecrire_json(&personnels);
    }
    personnels
        .iter()
        .try_for_each(|p| sortie::ecrire(&ligne(p)))
}

async fn fermer(mail: &str, ou: &OuArgs, json: bool) -> Issue {
    let acces = Acces::ouvrir(&Lieu::trouver(ou)?).await?;
    let mail = normaliser_mail(mail);
    let (vue, _) = agir(&acces, ActePersonnel::Trouver { mail }).await?;
    let (vue, _) = agir(&acces, ActePersonnel::Desactiver { id: vue.id }).await?;
    if json {
        return sortie::ecrire_json(&vue);
    }
    sortie::ecrire(&ligne(&vue))
}

async fn agir(
    acces: &Acces,
    acte: ActePersonnel,
) -> Result<(Box<PersonnelVue>, Option<String>), Echec> {
    let reponse = acces.demander(None, Requete::Personnel { acte }).await?;
    let Reponse::Personnel {
        personnel,
        invitation,
    } = reponse.map_err(|f| refuse(&f))?
    else {
        return Err(Echec::Echoue("réponse inattendue".to_owned()));
    };
    Ok((personnel, invitation))
}

fn usage(refus: Refus) -> Echec {
    let fautes = refus.champs.iter();
    let fautes = fautes.map(|f| format!("{} : {}", f.champ, f.texte(Langue::Fr)));
    Echec::Usage(fautes.collect::<Vec<_>>().join("\n"))
}

fn refuse(faute: &Faute) -> Echec {
    Echec::Echoue(if let Faute::Refus(refus) = faute {
        refus.code.texte(Langue::Fr).to_owned()
    } else {
        format!("{faute:?}")
    })
}

/// One person on one line.
fn ligne(vue: &PersonnelVue) -> String {
    let role = |role: &Role| match role {
        Role::Gestionnaire { centres } => format!("gestionnaire({})", lier(centres)),
        Role::Commission { commissions } => format!("commission({})", lier(commissions)),
        Role::Administrateur | Role::Support | Role::SupportLecture => role.code().to_owned(),
    };
    let roles: Vec<_> = vue.droits.roles.iter().map(role).collect();
    let etat = match vue.etat {
        EtatPersonnel::Invite => "invité",
        EtatPersonnel::Actif => "actif",
        EtatPersonnel::Desactive => "désactivé",
    };
    let PersonnelVue {
        mail, nom, prenom, ..
    } = vue;
    format!("{mail}\t{nom} {prenom}\t{}\t{etat}", roles.join(" "))
}

fn lier<C: std::fmt::Display>(codes: &std::collections::BTreeSet<C>) -> String {
    let codes: Vec<_> = codes.iter().map(ToString::to_string).collect();
    codes.join(",")
}
