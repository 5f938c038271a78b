//! What each refusal says, in French and English.

use super::CodeRefus;

impl CodeRefus {
    #[expect(clippy::too_many_lines, reason = "a table: one row per code")]
    pub(super) const fn textes(self) -> (&'static str, &'static str) {
        match self {
            Self::ChampsInvalides => (
                "Certains champs sont à corriger. Chacun est nommé ci-dessous.",
                "Some fields need correcting. Each one is named below.",
            ),
            Self::Introuvable => (
                "Cet élément n'existe pas, ou n'est pas à vous.",
                "This does not exist, or is not yours.",
            ),
            Self::CompteDejaValide => (
                "Ce compte est déjà validé. Vous pouvez vous connecter.",
                "This account is already validated. You can log in.",
            ),
            Self::CompteNonValide => (
                "Connexion impossible : le compte n'est pas encore validé. Ouvrez le lien reçu par mail, ou demandez-en un nouveau.",
                "You cannot log in yet: the account is not validated. Open the link you received by mail, or ask for a new one.",
            ),
            Self::AdresseRefusee => (
                "Connexion impossible : le compte n'est pas encore validé, et votre fournisseur de messagerie a refusé notre mail. Corrigez l'adresse du compte, sans en créer un second.",
                "You cannot log in yet: the account is not validated, and your mail provider refused our mail. Correct the account's address; do not create a second one.",
            ),
            Self::CompteHorsCampagne => (
                "Ce compte appartient à une campagne fermée. Créez un nouveau compte pour la campagne en cours, avec la même adresse si vous le souhaitez.",
                "This account belongs to a closed campaign. Create a new account for the current one, with the same address if you like.",
            ),
            Self::CampagneArchivee => (
                "Ce dossier appartient à une campagne archivée : il reste à lire, rien ne peut plus y être fait.",
                "This application belongs to an archived campaign: it stays to be read, nothing can be done in it any more.",
            ),
            Self::CampagneFermee => (
                "Aucune campagne n'est ouverte en ce moment. Revenez à la date d'ouverture indiquée par l'université.",
                "No campaign is open now. Come back on the opening date the university gives.",
            ),
            Self::LienExpire => (
                "Ce lien a expiré. Demandez-en un nouveau.",
                "This link has expired. Ask for a new one.",
            ),
            Self::LienRemplace => (
                "Ce lien a déjà servi ou a été remplacé par un plus récent. Ouvrez le dernier mail reçu, ou demandez un nouveau lien.",
                "This link was used, or replaced by a newer one. Open the latest mail, or ask for a new link.",
            ),
            Self::LienInvalide => (
                "Ce lien n'est pas valable. Vérifiez qu'il est copié en entier, ou demandez-en un nouveau.",
                "This link is not valid. Check that it is copied in full, or ask for a new one.",
            ),
            Self::IdentiteAutre => (
                "Ce compte est déjà rattaché à une autre identité de l'établissement, ou cette identité à un autre compte. Écrivez à l'assistance.",
                "This account is already joined to another identity of the university, or this identity to another account. Write to support.",
            ),
            Self::IdentiteInconnue => (
                "Aucun compte n'est rattaché à cette identité de l'établissement.",
                "No account is joined to this identity of the university.",
            ),
            Self::AdressePrise => (
                "Un compte utilise déjà cette adresse pour la campagne en cours.",
                "An account already uses this address for the current campaign.",
            ),
            Self::ProfilIncomplet => (
                "Complétez d'abord votre profil : informations personnelles, adresse et baccalauréat.",
                "Complete your profile first: personal information, address and baccalauréat.",
            ),
            Self::FormationFermee => (
                "Cette formation ne reçoit pas de candidature en ce moment. Consultez ses dates dans l'offre.",
                "This programme is not taking applications now. See its dates in the list of programmes.",
            ),
            Self::LimiteCampagne => (
                "Vous avez atteint le nombre maximal de dossiers de la campagne. Annulez un dossier non transmis pour en ouvrir un autre.",
                "You have reached the campaign's limit of applications. Drop one that is not transmitted to open another.",
            ),
            Self::LimiteCentre => (
                "Vous avez atteint le nombre maximal de dossiers de ce centre de candidature. Annulez un dossier non transmis pour en ouvrir un autre.",
                "You have reached this office's limit of applications. Drop one that is not transmitted to open another.",
            ),
            Self::DossierExiste => (
                "Vous avez déjà un dossier pour cette formation.",
                "You already have an application for this programme.",
            ),
            Self::RetourDepasse => (
                "La date limite de retour est passée : ce dossier ne peut plus être modifié ni transmis.",
                "The return date has passed: this application can no longer be changed or transmitted.",
            ),
            Self::PieceManquante => (
                "Il manque au moins une pièce justificative. Déposez-la avant de transmettre.",
                "At least one document is missing. Hand it in before you transmit.",
            ),
            Self::DossierTransmis => (
                "Ce dossier est transmis : plus rien ne peut y être modifié.",
                "This application is transmitted: nothing in it can be changed any more.",
            ),
            Self::DossierAnnule => (
                "Ce dossier a été annulé. Vous pouvez en ouvrir un autre pour cette formation.",
                "This application was dropped. You can open another one for this programme.",
            ),
            Self::PieceInconnue => (
                "Cette formation ne demande pas cette pièce.",
                "This programme does not ask for this document.",
            ),
            Self::PieceObligatoire => (
                "Cette pièce est demandée à tous : elle ne peut pas être déclarée « non concerné ».",
                "This document is asked of everybody: it cannot be declared not applicable.",
            ),
            Self::CertificationManquante => (
                "Cochez la case par laquelle vous certifiez sur l'honneur ne pas être concerné.",
                "Tick the box by which you certify on your honour that this does not apply to you.",
            ),
            Self::PieceNonConcernee => (
                "Vous vous êtes déclaré non concerné par cette pièce. Revenez d'abord sur cette déclaration.",
                "You declared this document not applicable. Take that declaration back first.",
            ),
            Self::PieceAttendue => (
                "Il n'y a rien à retirer : cette pièce est encore attendue.",
                "There is nothing to remove: this document is still awaited.",
            ),
            Self::TropDEntrees => (
                "La limite est atteinte : retirez-en, puis recommencez.",
                "The limit is reached: remove some, then try again.",
            ),
            Self::ActeNonPermis => (
                "Cet acte ne vous est pas ouvert.",
                "This act is not open to you.",
            ),
            Self::DossierNonTransmis => (
                "Ce dossier n'est pas encore transmis : il ne peut pas être examiné.",
                "This application is not transmitted yet: it cannot be examined.",
            ),
            Self::DossierIncomplet => (
                "Ce dossier est renvoyé au candidat : attendez qu'il le transmette, ou reprenez-le.",
                "This application was sent back to the candidate: wait until it is transmitted, or take it back.",
            ),
            Self::DossierNonRenvoye => (
                "Ce dossier n'est pas renvoyé au candidat.",
                "This application is not sent back to the candidate.",
            ),
            Self::DossierComplet => (
                "Ce dossier est déjà déclaré complet.",
                "This application is complete already.",
            ),
            Self::DossierNonComplet => (
                "Ce dossier n'est pas déclaré complet.",
                "This application is not declared complete.",
            ),
            Self::PieceClose => (
                "Seules les pièces signalées peuvent être modifiées.",
                "Only the documents named can be changed.",
            ),
            Self::PieceRefusee => (
                "Une pièce est refusée ou encore attendue : renvoyez le dossier, ou changez la décision sur cette pièce.",
                "A document is refused or still awaited: send the application back, or change the decision on it.",
            ),
            Self::PieceDejaDemandee => (
                "Cette pièce est déjà demandée dans ce dossier.",
                "This document is already asked for in this application.",
            ),
            Self::RienARenvoyer => (
                "Aucune pièce n'est refusée ni demandée en plus : il n'y a rien à renvoyer.",
                "No document is refused or asked for in addition: there is nothing to send back.",
            ),
            Self::RenvoiEntame => (
                "Le candidat a déjà modifié le dossier renvoyé : il ne peut plus être repris.",
                "The candidate has already changed the application: the send-back cannot be undone.",
            ),
            Self::AvisAbsent => ("Aucun avis n'est saisi.", "No decision is entered."),
            Self::AvisPublie => (
                "Un avis est déjà communiqué au candidat.",
                "A decision is already released to the candidate.",
            ),
            Self::AppelRequis => (
                "Après un avis défavorable communiqué, l'avis suivant doit être signalé comme appel.",
                "After a released refusal, the next decision must be flagged as an appeal.",
            ),
            Self::RangPris => (
                "Ce rang est déjà pris dans la formation : choisissez-en un autre.",
                "This rank is already taken in the programme: choose another.",
            ),
            Self::AucunePlace => (
                "Aucune place n'est libre : la capacité est atteinte.",
                "No place is free: the capacity is reached.",
            ),
            Self::PasPremierRang => (
                "Ce dossier n'est pas le premier de la liste complémentaire.",
                "This application is not the first on the waiting list.",
            ),
            Self::PasSurListe => (
                "Ce dossier n'est pas sur la liste complémentaire.",
                "This application is not on the waiting list.",
            ),
            Self::AucuneOffre => (
                "Aucune proposition d'admission n'attend de réponse dans ce dossier.",
                "No offer of admission waits for an answer in this application.",
            ),
            Self::ReponseDonnee => (
                "La réponse est déjà donnée.",
                "The answer was already given.",
            ),
            Self::ConfirmationDepassee => (
                "La date limite de confirmation est passée.",
                "The confirmation date has passed.",
            ),
            Self::RienARetablir => (
                "Il n'y a pas de désistement à rétablir dans ce dossier.",
                "There is no withdrawal to take back in this application.",
            ),
            Self::DroitManquant => (
                "Votre rôle ne permet pas cet acte. Demandez-le à un administrateur.",
                "Your role does not allow this. Ask an administrator.",
            ),
            Self::CompteDesactive => (
                "Ce compte du personnel est désactivé. Adressez-vous à un administrateur.",
                "This staff account is disabled. Ask an administrator.",
            ),
            Self::PersonnelExiste => (
                "Cette adresse est déjà celle d'un membre du personnel. Modifiez ses droits, ou renvoyez-lui l'invitation.",
                "This address already belongs to a member of staff. Change that person's rights, or send the invitation again.",
            ),
            Self::DernierAdministrateur => (
                "C'est le dernier administrateur : nommez-en un autre d'abord.",
                "This is the last administrator: appoint another one first.",
            ),
            Self::SecondFacteurRequis => (
                "Donnez aussi le code à 6 chiffres de votre application d'authentification, ou un code de secours.",
                "Give the 6-digit code of your authenticator application as well, or a recovery code.",
            ),
            Self::SecondFacteurFaux => (
                "Ce code est faux, ou a déjà servi. Attendez le suivant, et vérifiez l'heure de votre téléphone.",
                "This code is wrong, or was used already. Wait for the next one, and check your telephone's clock.",
            ),
            Self::SecondFacteurActif => (
                "Un second facteur est déjà en service. Un administrateur peut le retirer si votre téléphone est perdu.",
                "A second factor is already in use. An administrator can remove it if your telephone is lost.",
            ),
            Self::SecondFacteurAbsent => (
                "Aucun second facteur n'est en service.",
                "No second factor is in use.",
            ),
            Self::EnrolementRequis => (
                "Mettez d'abord en service votre second facteur : il protège les dossiers des candidats.",
                "Set up your second factor first: it protects the candidates' applications.",
            ),
            Self::DemandeClose => (
                "Cette demande est close. Rouvrez-la d'abord.",
                "This request is closed. Open it again first.",
            ),
            Self::DemandeFusionnee => (
                "Cette demande a été réunie à une autre : la suite se passe là-bas.",
                "This request was merged into another one: go on there.",
            ),
            Self::DemandeursDifferents => (
                "Ces deux demandes ne viennent pas de la même personne : réunies, l'une lirait l'autre.",
                "These two requests are not of the same person: merged, one would read the other's.",
            ),
            Self::TropDeDemandes => (
                "Vous avez déjà beaucoup de demandes en cours. Poursuivez l'une d'elles, ou attendez une réponse.",
                "You have many open requests already. Go on with one of them, or wait for an answer.",
            ),
            Self::ReponseAutomatiqueExclue => (
                "Aucune réponse automatique ne peut partir ici : il y en a eu une, ou quelqu'un s'en occupe.",
                "No automatic answer may leave here: there was one, or somebody takes care of it.",
            ),
        }
    }
}
