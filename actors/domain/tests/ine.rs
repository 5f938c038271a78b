//! G12: the INE, by family.

use domain::profil::ine::{Famille, FauteIne, Ine};
use proptest::prelude::*;

#[test]
fn g12_les_trois_familles_sont_reconnues() {
    let cas = [
        ("0123456789M", Famille::Bea),
        ("1299012345R", Famille::Bea),
        ("2405678901W", Famille::Bea),
        ("0608012345J", Famille::Bea),
        ("1A2B3C4D5E0", Famille::Nne),
        ("0G1H2J3K4L3", Famille::Nne),
        ("2508A0123X9", Famille::Nne),
        ("19Z7Q4W01B1", Famille::Nne),
        ("123456789AB", Famille::Ines),
    ];
    for (texte, famille) in cas {
        assert_eq!(Ine::lire(texte).map(|i| i.famille), Ok(famille), "{texte}");
    }
    assert!(
        !Ine::lire("123456789AB").unwrap().verifie(),
        "an INES is never verified here"
    );
}

#[test]
fn g12_espaces_tirets_et_casse_sont_ignores() {
    assert_eq!(Ine::lire(" 0123-456789 m ").unwrap().valeur, "0123456789M");
}

#[test]
fn g12_une_forme_ou_une_cle_fausse_est_refusee() {
    for texte in [
        "",
        "123",
        "0123456789é",
        "ABCDEFGHIJK",
        "0123456789MM",
        "0123456789 M!",
    ] {
        assert_eq!(Ine::lire(texte), Err(FauteIne::Forme), "{texte}");
    }
    for texte in [
        "0123456789A",
        "1111111111B",
        "1A2B3C4D5E1",
        "ABCDEFGHIJ5",
        "00000000000",
    ] {
        assert_eq!(Ine::lire(texte), Err(FauteIne::Cle), "{texte}");
    }
}

proptest! {
    /// One wrong digit is always found in a BEA: the differences of ten powers are never a multiple of 23.
    #[test]
    fn g12_un_chiffre_faux_dans_un_bea_est_trouve(rang in 0_usize..10, autre in 0_u8..10) {
        let mut octets = *b"1299012345R";
        prop_assume!(octets[rang] != b'0' + autre);
        octets[rang] = b'0' + autre;
        let texte = std::str::from_utf8(&octets).unwrap();
        prop_assert_eq!(Ine::lire(texte), Err(FauteIne::Cle));
    }

    #[test]
    fn g12_aucun_texte_ne_fait_echouer_la_lecture(texte in "\\PC{0,30}") {
        if let Ok(ine) = Ine::lire(&texte) {
            prop_assert_eq!(Ine::lire(&ine.valeur), Ok(ine));
        }
    }
}
