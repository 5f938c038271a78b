//! The profile (G11–G19).

super::textes! {
    profil_titre: "Mon profil", "My profile";
    profil_complet: "Votre profil est complet : vous pouvez candidater.", "Your profile is complete: you can apply.";
    profil_a_remplir: "Trois rubriques sont nécessaires avant d'ouvrir un dossier. Les autres sont à remplir si vous êtes concerné.", "Three sections are needed before you can open an application. The others are for you to fill in if they apply.";
    choisir_formation: "Choisir une formation", "Choose a programme";
    remplie: "Remplie", "Filled in";
    a_remplir: "À remplir", "To fill in";
    si_concerne: "Si vous êtes concerné", "If it applies to you";
    entrees(n): "{n} ligne(s)", "{n} line(s)";

    informations: "Informations perso.", "Personal information";
    nationalite: "Nationalité", "Nationality";
    ine: "INE", "INE";
    ine_aide: "Votre identifiant national, 11 caractères : 10 chiffres et une lettre, ou 9 chiffres et deux lettres.", "Your national student number, 11 characters: 10 digits and a letter, or 9 digits and two letters.";
    ine_ou: "Où trouver mon INE ?", "Where is my INE?";
    ine_ou_aide: "Sur le relevé de notes du baccalauréat, sur votre carte ou votre certificat d'étudiant, ou auprès de votre dernier lycée ou université. Vous l'avez perdu ? Votre ancien établissement peut vous le redonner.", "On the transcript of your baccalauréat, on your student card or certificate, or from your last lycée or university. Lost it? Your former school can give it to you again.";
    ine_sans: "Je n'ai pas d'INE", "I have no INE";
    ine_sans_aide: "Vous venez de l'étranger et n'avez jamais été inscrit en France, ou vous avez passé le bac avant 1995 sans jamais vous inscrire ensuite : laissez ce champ vide. Un INE vous sera donné à l'inscription.", "You come from abroad and were never enrolled in France, or you passed the bac before 1995 and never enrolled since: leave this empty. You will be given an INE when you enrol.";
    ine_non_verifie: "INE non vérifié", "INE not verified";
    ine_verifie: "INE vérifié", "INE verified";
    ine_non_verifie_aide: "Aucun calcul public ne vérifie cette forme d'INE : la scolarité le confirmera. Relisez-le bien.", "No public check exists for this kind of INE: the registry will confirm it. Please read it again.";
    question_sans_ine: "Confirmez-vous n'avoir aucun INE ?", "Do you confirm that you have no INE?";
    question_sans_ine_aide: "Attention : sans INE, une admission peut entraîner des retards d'inscription. Si vous avez étudié en France, vous en avez un.", "Please note: without an INE, your enrolment may be delayed if you are admitted. If you have studied in France, you have one.";
    question_ine_inconnu(ine): "L'INE {ine} n'est pas connu de notre scolarité. Est-ce bien le vôtre ?", "The INE {ine} is not known to our registry. Is it yours?";
    question_ine_inconnu_aide: "C'est normal si vous n'avez pas étudié chez nous depuis 2020-2021. Vérifiez chaque caractère, puis continuez.", "This is normal if you have not studied with us since 2020-2021. Check every character, then go on.";
    question_scolarite: "Est-ce bien vous ?", "Is this you?";
    question_scolarite_aide: "Notre scolarité connaît cet INE et cette date de naissance. Si c'est vous, répondez oui : vos informations, votre adresse, votre baccalauréat et votre cursus interne seront repris quand vous enregistrerez la page suivante.", "Our registry knows this INE and this date of birth. If this is you, answer yes: your information, address, baccalauréat and studies here will be taken over when you save the next page.";
    oui_c_est_moi: "Oui, c'est moi", "Yes, this is me";
    nom_et_prenoms: "Prénoms et nom", "First names and name";
    naissance: "Naissance", "Birth";
    numero_etudiant: "Numéro étudiant", "Student number";
    date_naissance_aide: "Avec votre INE, elle permet de vous retrouver si vous avez étudié chez nous.", "With your INE, it lets us find you if you have studied here.";
    oui_continuer: "Oui, continuer", "Yes, go on";
    non_corriger: "Non, corriger", "No, correct it";
    date_naissance: "Date de naissance", "Date of birth";
    lieu_naissance: "Ville de naissance", "Town of birth";
    pays_naissance: "Pays de naissance", "Country of birth";
    nom_usage: "Nom d'usage", "Name in use";
    nom_usage_aide: "S'il est différent du nom de naissance.", "If it is not your name at birth.";
    autres_prenoms: "Autres prénoms", "Other first names";
    telephone: "Téléphone", "Phone";

    adresse: "Adresse", "Address";
    pays: "Pays", "Country";
    ligne1: "Numéro et rue", "Number and street";
    ligne2: "Complément", "Building, flat";
    code_postal: "Code postal", "Postal code";
    code_postal_aide: "En France, cinq chiffres : les communes sont proposées ensuite.", "In France, five digits: the towns are then offered.";
    commune: "Commune", "Town";

    baccalaureat: "Baccalauréat", "Baccalauréat";
    situation: "Avez-vous le bac ou une équivalence ?", "Do you have the bac or an equivalent?";
    bac_avec: "J'ai le bac ou une équivalence", "I have the bac or an equivalent";
    bac_sans: "Je n'ai pas le bac", "I do not have the bac";
    bac_sans_resume: "Sans baccalauréat ni équivalence", "No baccalauréat, no equivalent";
    annee_bac: "Année d'obtention", "Year obtained";
    annee_bac_aide: "Elle décide des champs qui suivent.", "It decides which fields follow.";
    serie: "Série", "Series";
    specialites: "Spécialités de terminale", "Final-year specialities";
    specialites_aide: "Bac général : les deux que vous avez gardées en terminale.", "General bac: the two you kept in the final year.";
    mention: "Mention", "Honours";
    lycee: "Lycée", "Lycée";
    departement: "Département du lycée", "Département of the lycée";
    bac_pays: "Pays du diplôme", "Country of the diploma";
    bac_pays_aide: "Pour un diplôme étranger ou une équivalence.", "For a foreign diploma or an equivalent.";

    cursus_internes: "Cursus interne", "Studies here";
    cursus_internes_aide: "Vos années post-bac dans l'établissement depuis 2020-2021. Cette rubrique est remplie par la scolarité à partir de votre INE ; elle reste vide si vous n'avez pas étudié ici.", "Your years of study here since 2020-2021. This section is filled in by the registry from your INE; it stays empty if you have not studied here.";
    cursus_internes_vide: "Rien pour l'instant.", "Nothing so far.";
    cursus_externes: "Cursus externe", "Studies elsewhere";
    cursus_externes_aide: "Vos années post-bac hors de l'établissement, ou ici avant 2020-2021.", "Your years of study elsewhere, or here before 2020-2021.";
    stages: "Stages", "Internships";
    stages_aide: "Un stage par ligne.", "One line for each internship.";
    experiences: "Expériences pro.", "Work experience";
    experiences_aide: "Un emploi par ligne.", "One line for each job.";
    ajouter: "Ajouter une ligne", "Add a line";
    changer_ligne: "Changer cette ligne", "Change this line";
    retirer_ligne: "Retirer", "Remove";
    retirer_question(intitule): "Retirer « {intitule} » ?", "Remove “{intitule}”?";
    oui_retirer: "Oui, retirer", "Yes, remove";
    debut: "Début", "Start";
    fin: "Fin", "End";
    fin_aide: "Vide si c'est en cours.", "Empty while it lasts.";
    periode_aide: "Année ou mois : 2023 ou 2023-09.", "Year or month: 2023 or 2023-09.";
    depuis(debut): "depuis {debut}", "since {debut}";
    diplome: "Diplôme ou année d'études", "Diploma or year of study";
    etablissement: "Établissement", "School or university";
    intitule: "Intitulé", "Title";
    sujet: "Sujet ou fonction", "Subject or role";
    organisme: "Organisme d'accueil", "Host organisation";
    poste: "Poste", "Post";
    employeur: "Employeur", "Employer";
    lieu: "Ville et pays", "Town and country";
    description: "Précisions", "Details";
    resultat_admis: "Admis", "Passed";
    resultat_ajourne: "Ajourné", "Not passed";
    resultat_en_cours: "En cours", "Under way";
    resultat: "Résultat et précisions", "Result and details";
}

impl super::Textes {
    /// What became of a year of studies; a word of the scolarité's that we do not know stays as it is.
    pub(crate) fn resultat_scolarite(self, code: &str) -> String {
        match code {
            "admis" => self.resultat_admis().to_string(),
            "ajourne" => self.resultat_ajourne().to_string(),
            "en_cours" => self.resultat_en_cours().to_string(),
            autre => autre.replace('_', " "),
        }
    }

    /// What a field of a form is called.
    pub(crate) fn champ(self, nom: &str) -> Option<super::Dit> {
        Some(match nom {
            "nationalite" => self.nationalite(),
            "ine" => self.ine(),
            "date_naissance" => self.date_naissance(),
            "lieu_naissance" => self.lieu_naissance(),
            "pays_naissance" => self.pays_naissance(),
            "nom_usage" => self.nom_usage(),
            "autres_prenoms" => self.autres_prenoms(),
            "telephone" => self.telephone(),
            "pays" => self.pays(),
            "ligne1" => self.ligne1(),
            "ligne2" => self.ligne2(),
            "code_postal" => self.code_postal(),
            "commune" => self.commune(),
            "situation" => self.baccalaureat(),
            "annee" => self.annee_bac(),
            "serie" => self.serie(),
            "specialites" => self.specialites(),
            "mention" => self.mention(),
            "etablissement" => self.lycee(),
            "departement" => self.departement(),
            "debut" => self.debut(),
            "fin" => self.fin(),
            "intitule" => self.intitule(),
            "organisme" => self.organisme(),
            "lieu" => self.lieu(),
            "description" => self.description(),
            "mail" => self.mail(),
            "mail_confirmation" => self.mail_encore(),
            _ => return None,
        })
    }
}
