//! The texts of the officer's pages, in the two languages of the staff.

use koektrommel_core::error::Malformed;

use crate::download::Format;

/// All texts in one language. A field for each, so that none can be missing.
#[derive(Debug)]
#[expect(missing_docs, reason = "each is its own text")]
pub struct Texts {
    pub language: &'static str,
    pub language_name: &'static str,
    pub language_label: &'static str,
    pub skip: &'static str,
    pub console: &'static str,
    pub signed_in_as: &'static str,
    pub sign_in: &'static str,
    pub sign_out: &'static str,
    pub go_on: &'static str,
    pub name: &'static str,
    pub password: &'static str,
    pub password_hint: &'static str,
    pub password_again: &'static str,
    pub wrong_password: &'static str,
    /// With `{seconds}`.
    pub too_many: &'static str,
    pub welcome: &'static str,
    pub welcome_text: &'static str,
    pub welcome_button: &'static str,
    pub link_used: &'static str,
    pub link_used_text: &'static str,
    pub name_hint: &'static str,
    pub name_wrong: &'static str,
    pub password_short: &'static str,
    pub password_long: &'static str,
    pub password_has_name: &'static str,
    pub passwords_differ: &'static str,
    pub forbidden: &'static str,
    pub forbidden_text: &'static str,
    pub elsewhere_text: &'static str,
    pub broken: &'static str,
    pub broken_text: &'static str,
    pub downloads: &'static str,
    pub downloads_text: &'static str,
    pub period: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub to_hint: &'static str,
    pub site: &'static str,
    pub all_sites: &'static str,
    pub format: &'static str,
    pub formats: [&'static str; Format::ALL.len()],
    pub download: &'static str,
    pub question_wrong: &'static str,
    pub earlier: &'static str,
    pub none_earlier: &'static str,
    pub when: &'static str,
    pub who: &'static str,
    pub file: &'static str,
    pub count: &'static str,
    pub size: &'static str,
    pub sum: &'static str,
    pub manifest: &'static str,
    pub incomplete: &'static str,
}

/// Dutch, the default.
pub static NL: Texts = Texts {
    language: "nl",
    language_name: "Nederlands",
    language_label: "Taal",
    skip: "Naar de inhoud",
    console: "toestemmingen",
    signed_in_as: "U bent ingelogd als",
    sign_in: "Inloggen",
    sign_out: "Uitloggen",
    go_on: "Verder",
    name: "Naam",
    password: "Wachtwoord",
    password_hint: "Minstens 12 tekens. Een korte zin werkt goed. Uw naam mag er niet in staan.",
    password_again: "Hetzelfde wachtwoord nog een keer",
    wrong_password: "De naam of het wachtwoord klopt niet. Probeer het opnieuw.",
    too_many: "Er is te vaak een verkeerd wachtwoord ingevuld. Wacht {seconds} seconden en probeer het opnieuw.",
    welcome: "Het eerste account",
    welcome_text: "Maak het account van de functionaris gegevensbescherming. Met dit account kunt u de \
                   toestemmingen downloaden. Deze link werkt één keer.",
    welcome_button: "Account maken",
    link_used: "Deze link werkt niet meer",
    link_used_text: "De link is gebruikt, of het programma is opnieuw gestart. Zolang er geen account is, staat er \
                     bij elke start een nieuwe link op het scherm.",
    name_hint: "Kleine letters, cijfers en . _ @ -. Begin met een letter.",
    name_wrong: "Kies een naam van kleine letters, cijfers en . _ @ -, die begint met een letter.",
    password_short: "Het wachtwoord is te kort. Kies minstens 12 tekens.",
    password_long: "Het wachtwoord is te lang.",
    password_has_name: "Uw naam staat in het wachtwoord. Kies een ander wachtwoord.",
    passwords_differ: "De twee wachtwoorden zijn niet hetzelfde.",
    forbidden: "Dit mag niet met uw account",
    forbidden_text: "Alleen de functionaris gegevensbescherming mag de toestemmingen bekijken en downloaden.",
    elsewhere_text: "Het formulier kwam van een andere website. Er is niets gedaan. Ga terug en probeer het opnieuw.",
    broken: "Het is niet gelukt",
    broken_text: "Er ging iets mis op de server. Probeer het over een minuut opnieuw.",
    downloads: "Toestemmingen downloaden",
    downloads_text: "Elke download wordt vastgelegd: wie, wanneer, welke periode en hoeveel.",
    period: "Periode",
    from: "Van",
    to: "Tot en met",
    to_hint: "Dagen in Nederlandse tijd. Laat een datum leeg voor alles.",
    site: "Website",
    all_sites: "Alle websites",
    format: "Soort bestand",
    formats: [
        "Excel (CSV met puntkomma's)",
        "CSV voor andere programma's (RFC 4180)",
        "Bewijsbestand (NDJSON), te controleren met koektrommel verify",
    ],
    download: "Downloaden",
    question_wrong: "Kijk de periode na. Kies dagen die bestaan, en een laatste dag die niet voor de eerste ligt.",
    earlier: "Eerdere downloads",
    none_earlier: "Er is nog niets gedownload.",
    when: "Wanneer",
    who: "Door",
    file: "Bestand",
    count: "Aantal",
    size: "Regels in het register",
    sum: "SHA-256",
    manifest: "Gegevens",
    incomplete: "afgebroken",
};

/// English.
pub static EN: Texts = Texts {
    language: "en",
    language_name: "English",
    language_label: "Language",
    skip: "To the content",
    console: "consents",
    signed_in_as: "You are signed in as",
    sign_in: "Sign in",
    sign_out: "Sign out",
    go_on: "Go on",
    name: "Name",
    password: "Password",
    password_hint: "At least 12 characters. A short sentence does well. Your name must not be in it.",
    password_again: "The same password once more",
    wrong_password: "The name or the password is not right. Try again.",
    too_many: "A wrong password was filled in too often. Wait {seconds} seconds and try again.",
    welcome: "The first account",
    welcome_text: "Make the account of the privacy officer. With this account you can download the consents. This \
                   link works once.",
    welcome_button: "Make the account",
    link_used: "This link does not work any more",
    link_used_text: "The link was used, or the program was started again. As long as there is no account, each \
                     start shows a new link on the screen.",
    name_hint: "Small letters, digits and . _ @ -. Begin with a letter.",
    name_wrong: "Choose a name of small letters, digits and . _ @ -, beginning with a letter.",
    password_short: "The password is too short. Choose at least 12 characters.",
    password_long: "The password is too long.",
    password_has_name: "Your name is in the password. Choose another password.",
    passwords_differ: "The two passwords are not the same.",
    forbidden: "Your account may not do this",
    forbidden_text: "Only the privacy officer may see and download the consents.",
    elsewhere_text: "The form came from another website. Nothing was done. Go back and try again.",
    broken: "That did not work",
    broken_text: "Something went wrong on the server. Try again in a minute.",
    downloads: "Download consents",
    downloads_text: "Every download is recorded: who, when, which period and how many.",
    period: "Period",
    from: "From",
    to: "Up to and including",
    to_hint: "Days in Dutch time. Leave a date empty for everything.",
    site: "Website",
    all_sites: "All websites",
    format: "Kind of file",
    formats: [
        "Excel (CSV with semicolons, Dutch)",
        "CSV for other programs (RFC 4180)",
        "Proof file (NDJSON), to be checked with koektrommel verify",
    ],
    download: "Download",
    question_wrong: "Check the period. Choose days that exist, and a last day that is not before the first.",
    earlier: "Earlier downloads",
    none_earlier: "Nothing has been downloaded yet.",
    when: "When",
    who: "By",
    file: "File",
    count: "Number",
    size: "Size of the log",
    sum: "SHA-256",
    manifest: "Details",
    incomplete: "broken off",
};

impl Texts {
    /// Every language, the default first.
    pub const ALL: [&'static Self; 2] = [&NL, &EN];

    /// The texts for a language tag, if there are any.
    #[must_use]
    pub fn of(tag: &str) -> Option<&'static Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|texts| texts.language.eq_ignore_ascii_case(primary))
    }

    /// What is wrong with a name or a password, in this language.
    #[must_use]
    pub fn of_malformed(&self, error: Malformed) -> &'static str {
        match (error.what, error.why) {
            ("name", _) => self.name_wrong,
            (_, why) if why.contains("at least") => self.password_short,
            (_, why) if why.contains("longer") => self.password_long,
            (_, why) if why.contains("same") => self.passwords_differ,
            _ => self.password_has_name,
        }
    }
}
