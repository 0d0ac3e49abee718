//! What a visitor chose, on which notice, and how.

use alloc::vec::Vec;
use core::{fmt, str::FromStr};

use uuid::Uuid;

use crate::{
    error::Malformed,
    hash::Hash,
    identifier::{Language, PurposeId, SiteId},
    instant::Instant,
    notice::Notice,
};

/// Makes a closed list of words that stand in the API, in records and in downloads.
macro_rules! words {
    ($(#[$doc:meta])* $type:ident, $what:literal, $why:literal, { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $type {
            $($(#[$word_doc])* $variant,)*
        }

        impl $type {
            /// The word as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl core::str::FromStr for $type {
            type Err = $crate::error::Malformed;

            fn from_str(text: &str) -> Result<Self, $crate::error::Malformed> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::error::Malformed::new($what, $why)),
                }
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words!(
    /// Where the visitor was asked.
    Layer, "layer", "must be `banner`, `settings`, `page` or `api`", {
        /// The first layer of the widget.
        Banner = "banner",
        /// The settings dialog of the widget.
        Settings = "settings",
        /// In the page itself: at what waits for a yes, or on the server's own settings page, which needs no script.
        Page = "page",
        /// The page's script called the widget.
        Api = "api",
    }
);

words!(
    /// What the visitor pressed.
    Control, "control", "must be `accept`, `refuse`, `save` or `withdraw`", {
        /// Yes to every purpose.
        Accept = "accept",
        /// No to every purpose.
        Refuse = "refuse",
        /// Exactly what is switched on and off.
        Save = "save",
        /// Takes back what was granted.
        Withdraw = "withdraw",
    }
);

words!(
    /// Who or what decided.
    Actor, "actor", "must be `person`, `signal` or `automation`", {
        /// A person, by operating a control.
        Person = "person",
        /// The browser, by a preference signal such as Global Privacy Control.
        Signal = "signal",
        /// A program that operated a control or called the interface.
        Automation = "automation",
    }
);

/// Names one click, so that sending it again is the same decision.
///
/// A UUIDv7 holds the visitor's clock in its first 48 bits. It is therefore never stored: the record keeps a digest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClickId(Uuid);

impl ClickId {
    /// A SHA-256 digest of the click and its site; what the record's id and the store's tag are made of.
    #[must_use]
    pub fn digest(&self, site: &SiteId) -> Hash {
        Hash::of(&[b"koektrommel click v1\0", site.as_str().as_bytes(), b"\0", self.0.as_bytes()])
    }

    /// Whether the clock of the device said more than this many seconds less than `now` at the click. What it said is
    /// not told: nobody can keep it.
    #[must_use]
    pub fn is_older_than(&self, seconds: u32, now: Instant) -> bool {
        let made = self.0.get_timestamp().map_or(u64::MAX, |stamp| stamp.to_unix().0);
        u64::try_from(now.unix()).is_ok_and(|now| now.saturating_sub(made) > u64::from(seconds))
    }

    /// Takes a UUID of version 7 (RFC 9562, 5.7).
    pub fn from_uuid(uuid: Uuid) -> Result<Self, Malformed> {
        let is_v7 = uuid.get_version_num() == 7 && uuid.get_variant() == uuid::Variant::RFC4122;
        if is_v7 { Ok(Self(uuid)) } else { Err(CLICK_IS) }
    }
}

const CLICK_IS: Malformed = Malformed::new(
    "id",
    "must be a UUID of version 7 in its usual form: 0192f0c4-7b1e-7cc3-98c4-dc0c0c07398f",
);

impl FromStr for ClickId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        // The crate also reads braces, `urn:` and forms without hyphens: one spelling is enough here.
        if text.len() != 36 {
            return Err(CLICK_IS);
        }
        Self::from_uuid(Uuid::try_parse(text).map_err(|_| CLICK_IS)?)
    }
}

impl fmt::Debug for ClickId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClickId(…)")
    }
}

/// A yes or a no for each choice purpose, in the order of their names, each once.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Choices(Vec<(PurposeId, bool)>);

impl Choices {
    /// Orders the answers and refuses a purpose that is answered twice.
    pub fn new(mut answers: Vec<(PurposeId, bool)>) -> Result<Self, Malformed> {
        answers.sort();
        if answers.array_windows().any(|[(a, _), (b, _)]| a == b) {
            return Err(Malformed::new("choices", "must name each purpose once"));
        }
        Ok(Self(answers))
    }

    /// The same answer to each of these purposes.
    #[must_use]
    pub fn all(purposes: &[PurposeId], answer: bool) -> Self {
        let mut answers: Vec<_> = purposes.iter().map(|purpose| (purpose.clone(), answer)).collect();
        answers.sort();
        answers.dedup_by(|a, b| a.0 == b.0);
        Self(answers)
    }

    /// Purposes and answers, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&PurposeId, bool)> {
        self.0.iter().map(|(purpose, answer)| (purpose, *answer))
    }

    /// Whether anything is granted.
    #[must_use]
    pub fn any_granted(&self) -> bool {
        self.0.iter().any(|(_, granted)| *granted)
    }

    /// Whether everything is granted.
    #[must_use]
    pub fn all_granted(&self) -> bool {
        self.0.iter().all(|(_, granted)| *granted)
    }

    /// The answer for one purpose.
    #[must_use]
    pub fn get(&self, purpose: &PurposeId) -> Option<bool> {
        self.0.iter().find(|(id, _)| id == purpose).map(|(_, granted)| *granted)
    }

    /// The answers without those of some purposes.
    #[must_use]
    pub fn without(&self, is_left_out: impl Fn(&PurposeId) -> bool) -> Self {
        Self(self.0.iter().filter(|(purpose, _)| !is_left_out(purpose)).cloned().collect())
    }

    /// How many purposes are answered.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no answer at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a visitor chose, checked against the notice that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The digest of the click that it came from; the click's own id, with the visitor's clock in it, ends here.
    pub click: Hash,
    /// The site.
    pub site: SiteId,
    /// The notice that was shown.
    pub notice: Hash,
    /// The language of the notice.
    pub language: Language,
    /// Where it was asked.
    pub layer: Layer,
    /// What was pressed.
    pub control: Control,
    /// Who decided.
    pub actor: Actor,
    /// The answers: one for every choice purpose of the notice, or fewer where a yes was given to one thing alone.
    pub choices: Choices,
    /// For how many months it holds; the notice said so.
    pub validity_months: u8,
    /// Whether the browser said at the same time that nothing is to be sold or shared (Global Privacy Control).
    pub gpc: bool,
}

impl Decision {
    /// Checks the parts against each other and against the notice.
    ///
    /// Every choice purpose is answered, with one exception: who is asked in the page for one thing, and says yes to
    /// it, has said nothing about the others. What was not asked is then left out, and is neither yes nor no.
    ///
    /// # Errors
    /// Names the field: `choices` that do not answer exactly the notice's purposes, a `control` that contradicts
    /// them, or an `actor` other than a person who grants something.
    pub fn new(
        click: &ClickId,
        notice: &Notice,
        layer: Layer,
        control: Control,
        actor: Actor,
        choices: Choices,
    ) -> Result<Self, Malformed> {
        let asked = notice.choice_purposes();
        let answers_all = choices.iter().map(|(purpose, _)| purpose).eq(asked);
        let may_leave_out = layer == Layer::Page && control == Control::Save && choices.any_granted();
        let answers_some = may_leave_out && choices.iter().all(|(purpose, _)| asked.contains(purpose));
        if !(answers_all || answers_some) {
            return Err(Malformed::new(
                "choices",
                "must answer every choice purpose of the notice with true or false, and no other; only a yes that \
                 is saved on the layer `page` may leave purposes out",
            ));
        }
        let agrees = match control {
            Control::Accept => choices.all_granted(),
            Control::Refuse | Control::Withdraw => !choices.any_granted(),
            Control::Save => true,
        };
        if !agrees {
            return Err(Malformed::new(
                "control",
                "must agree with the choices: `accept` is all true, `refuse` and `withdraw` are all false",
            ));
        }
        if actor != Actor::Person && choices.any_granted() {
            return Err(Malformed::new(
                "actor",
                "must be `person` where anything is granted: only a person can consent",
            ));
        }
        Ok(Self {
            click: click.digest(notice.site()),
            site: notice.site().clone(),
            notice: notice.id(),
            language: notice.language().clone(),
            layer,
            control,
            actor,
            choices,
            validity_months: notice.validity_months(),
            gpc: false,
        })
    }
}
