//! What a verdict says, in Dutch: visitors and officers read it on a page in their language.
//!
//! The sentences are made in English, where they are found; this is the list of them with their Dutch beside. A place
//! that differs from file to file is `{}` in English, and `{0}`, `{1}` … in Dutch, which may leave it out: what a library
//! says of a broken ZIP helps nobody. `tests` reads the sources and holds that the list has every sentence in them.

#[cfg(test)]
mod tests;

use koektrommel_core::json::{Value, object};

use crate::verdict::{Finding, Place, Report, VerifyError};

/// The members of an outcome whose words are Dutch; none if one of its sentences is not in the list.
#[must_use]
pub fn outcome(outcome: &Result<Report, VerifyError>) -> Option<Value> {
    let all = |texts: &[String]| {
        let texts: Option<Vec<_>> = texts.iter().map(|text| sentence(text).map(Value::String)).collect();
        texts.map(Value::Array)
    };
    Some(match outcome {
        Ok(report) => object([("proved", all(&report.proved)?), ("unproved", all(&report.unproved)?)]),
        Err(VerifyError::Bad(finding)) => object([("why", Value::String(self::finding(finding)?))]),
        Err(VerifyError::Unreadable(why)) => object([("why", Value::String(sentence(why)?))]),
    })
}

/// What is wrong, and where.
#[must_use]
pub fn finding(finding: &Finding) -> Option<String> {
    let place = match &finding.place {
        Place::Line(line) => format!("regel {line}"),
        Place::Lines => "de regels samen".to_owned(),
        Place::Item(index) => format!("onderdeel {index}"),
        Place::Log => "het logboek".to_owned(),
        Place::Receipt => "het bewijs".to_owned(),
        Place::File(name) if name == crate::pack::WHOLE => "het ZIP-bestand".to_owned(),
        Place::File(name) => name.clone(),
    };
    Some(format!("{place}: {}", sentence(&finding.why)?))
}

/// A sentence or a part of one in Dutch; none if it is not in the list.
#[must_use]
pub fn sentence(english: &str) -> Option<String> {
    LIST.iter().find_map(|(pattern, dutch)| {
        let parts = holes(pattern, english)?;
        let mut text = (*dutch).to_owned();
        for (nth, part) in parts.iter().enumerate() {
            // Only what a sentence ends with can be another one; the rest are names and numbers.
            let is_said = nth + 1 == parts.len() && pattern.ends_with("{}");
            let said = if is_said { sentence(part) } else { None };
            text = text.replace(&format!("{{{nth}}}"), said.as_deref().unwrap_or(part));
        }
        Some(text)
    })
}

/// What stands in the places of a pattern, if the text is one of that pattern.
fn holes<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        // The last part ends the text; one before it ends its place where it is first found.
        let at = if parts.peek().is_none() { rest.strip_suffix(part)?.len() } else { rest.find(part)? };
        let (hole, after) = rest.split_at_checked(at)?;
        found.push(hole);
        rest = after.get(part.len()..)?;
    }
    rest.is_empty().then_some(found)
}

/// English and Dutch. The first that fits counts, so what is more exact stands above what is less.
const LIST: &[(&str, &str)] = &[
    // What is proved.
    (
        "The log {} holds this record, exactly so, as item {} of {}.",
        "Het logboek {0} heeft precies deze keuze. Het is onderdeel {1} van {2}.",
    ),
    (
        "The checkpoint of that log is signed with the key given.",
        "De stand van dat logboek is ondertekend. Dat is gedaan met de sleutel die hier staat.",
    ),
    (
        "Line ends or the space around the receipt were changed on the way, and nothing else.",
        "Onderweg zijn alleen regeleinden of de ruimte om het bewijs veranderd. Verder niets.",
    ),
    (
        "The file is whole: {} lines, {} records, {} sealed items.",
        "Het bestand is compleet: {0} regels, {1} keuzes of andere stukken, en {2} dichte onderdelen.",
    ),
    (
        "Items {} up to {} stand in the log {} exactly so, in a tree of {} items with root {}.",
        "Onderdeel {0} tot {1} staat precies zo in het logboek {2}. Het logboek had toen {3} onderdelen. De wortel was {4}.",
    ),
    (
        "The checkpoint of that tree is signed with the key {}.",
        "Die stand van het logboek is ondertekend. Dat is gedaan met de sleutel {0}.",
    ),
    (
        "Every record is, byte for byte, the one that was committed to on its day.",
        "Elk stuk is precies wat op die dag is vastgelegd.",
    ),
    (
        "The pack is whole: {} files, each as it was signed for.",
        "Het pakket is compleet: {0} bestanden. Elk bestand is zoals het is ondertekend.",
    ),
    (
        "Every text that a record names is there, byte for byte.",
        "Elke tekst die een keuze noemt, zit erin. Er is niets aan veranderd.",
    ),
    // What is not.
    (
        "The moment: it is the word of the log, and nobody else has signed it.",
        "Het moment. Dat zegt alleen het logboek zelf. Niemand anders heeft ervoor getekend.",
    ),
    (
        "That the key is that of the log: compare it with the one published at /privacy/log/key.",
        "Of de sleutel van het logboek is. Vergelijk hem met de sleutel op /privacy/log/key.",
    ),
    (
        "That others were shown the same log: compare the checkpoint with one that was kept elsewhere.",
        "Of anderen hetzelfde logboek kregen. Vergelijk de stand met een stand die iemand anders bewaarde.",
    ),
    (
        "That this is the key of your log: compare it with the one published at /privacy/log/key, or give it with --key.",
        "Of dit de sleutel van uw logboek is. Vergelijk hem met de sleutel op /privacy/log/key. Of vul die hier in.",
    ),
    (
        "That others were shown the same log: compare the checkpoint with one that was kept elsewhere, or give it with \
         --checkpoint.",
        "Of anderen hetzelfde logboek kregen. Vergelijk de stand met een stand die elders is bewaard. Of vul die hier in.",
    ),
    (
        "That others were shown the same log: compare checkpoint.txt with one that was kept elsewhere, or give it with \
         --checkpoint.",
        "Of anderen hetzelfde logboek kregen. Vergelijk checkpoint.txt met een stand die elders is bewaard. Of vul die \
         hier in.",
    ),
    (
        "Why an item is sealed, and what was asked for: the file says so, and the manifest of the download and the log's \
         own record of it say so too.",
        "Waarom een onderdeel dicht is, en wat er is gevraagd. Dat zegt het bestand zelf. Het staat ook in het overzicht \
         van de download en in het logboek.",
    ),
    (
        "What the server's operator did to the texts before they were first shown; and the moments, which are the word of \
         the log.",
        "Wat de beheerder met de teksten deed voordat ze te zien waren. En de momenten: die zegt alleen het logboek zelf.",
    ),
    // What could not be looked at.
    (
        "a receipt does not hold the key of its log: give the one published at /privacy/log/key",
        "In een bewijs staat geen sleutel. Vul de sleutel in die op /privacy/log/key staat.",
    ),
    ("the key given: {}", "De sleutel die u gaf: {0}."),
    (
        "this is a backup or an export of the whole log: `koektrommel verify FILE` verifies it",
        "Dit is een reservekopie of export van het hele logboek. De opdracht `koektrommel verify BESTAND` controleert die.",
    ),
    (
        "this is not a file that proves itself: a receipt, an evidence pack or an NDJSON download, just as it was handed \
         out; the SHA-256 of this one is {}: that of a table stands in the manifest of its download",
        "Dit bestand bewijst zichzelf niet. Kies een bewijs, een bewijspakket of een NDJSON-download, zoals u het kreeg. \
         De SHA-256 van dit bestand is {0}. Die van een tabel staat in het overzicht van de download.",
    ),
    ("the checkpoint given does not verify: {}", "De stand die u gaf, klopt niet: {0}."),
    (
        "the checkpoint given is of {} items and the file of {}: give the checkpoint of that size",
        "De stand die u gaf, is van {0} onderdelen. Het bestand is van {1} onderdelen. Geef de stand van die grootte.",
    ),
    // What is wrong with a receipt, a download, or a file of a pack, after its place.
    ("line {}: {}", "regel {0}: {1}"),
    ("the lines do not add up: {}", "de regels samen: {0}"),
    ("the file is empty", "het bestand is leeg"),
    ("it must be UTF-8", "dit is geen gewone tekst (UTF-8)"),
    ("must be UTF-8", "dit is geen gewone tekst (UTF-8)"),
    ("it must have at most {} bytes", "het is langer dan {0} tekens"),
    (
        "the record is of another day than its entry in the log",
        "de keuze is van een andere dag dan het logboek zegt",
    ),
    ("the record is of another day than the entry", "het stuk is van een andere dag dan het logboek zegt"),
    ("the record names another place in the log", "er staat een andere plaats in het logboek in"),
    (
        "`left` and `right` must hold the subtrees beside the range",
        "`left` en `right` kloppen niet met het logboek",
    ),
    ("`filter` must be that of an NDJSON download", "`filter` is niet dat van een NDJSON-download"),
    (
        "the file ends before its last line: it is incomplete",
        "het bestand houdt op voor de laatste regel. Het is niet compleet",
    ),
    (
        "each line agrees with itself, and together they do not lead to the root that the checkpoint signs: a sealed line \
         was changed, or `left` or `right` in line 1",
        "elke regel klopt, maar samen kloppen ze niet met de ondertekende stand. Er is een dichte regel veranderd, of \
         `left` of `right` in regel 1",
    ),
    ("there must be nothing after the last line", "na de laatste regel staat nog iets"),
    ("the file names the key {}, which is not the one given", "het bestand noemt een andere sleutel: {0}"),
    ("the checkpoint does not verify: {}", "de ondertekende stand van het logboek klopt niet: {0}"),
    (
        "the range must lie inside the log that the checkpoint signs",
        "de onderdelen vallen buiten het ondertekende logboek",
    ),
    (
        "the checkpoint contradicts the one given: there are two logs",
        "de stand van het logboek is een andere dan u gaf. Er zijn dus twee logboeken",
    ),
    (
        "there must be a line for item {}: the file is incomplete",
        "de regel voor onderdeel {0} is er niet. Het bestand is niet compleet",
    ),
    ("its time is before that of a record above it", "het moment ligt voor dat van een regel erboven"),
    ("must be item {}", "hier hoort onderdeel {0} te staan"),
    ("`leaf` is not the hash of `entry`", "`leaf` hoort niet bij `entry`"),
    (
        "the record is not the one that the entry commits to",
        "dit is niet wat er in het logboek is vastgelegd",
    ),
    ("the record cannot be read", "dit is niet te lezen"),
    (
        "the record is not what line 1 says was asked for: one of the two lines was changed",
        "volgens regel 1 is hier niet om gevraagd. Een van de twee regels is veranderd",
    ),
    (
        "the sum in the last line is not that of the lines before it, though every line agrees with itself: what was asked \
         for (line 1), a reason for sealing, or the sum itself was changed",
        "het controlegetal in de laatste regel klopt niet. Alle andere regels kloppen wel. Er is iets veranderd: wat er \
         is gevraagd (regel 1), een reden, of dit getal",
    ),
    (
        "must say count {}, lines {} and the sum of the lines before it",
        "hier hoort te staan: count {0}, lines {1} en het controlegetal",
    ),
    (
        "must end with a newline: the file is cut off, or the line is too long",
        "de regel heeft geen einde. Het bestand is afgekapt, of de regel is te lang",
    ),
    // Packs.
    ("cannot be read: {}", "het is niet te lezen"),
    ("cannot be unpacked: {}", "het is niet uit te pakken, want het is beschadigd"),
    (
        "must be there: without it this is no evidence pack",
        "dit bestand is er niet. Zonder dit bestand is het geen bewijspakket",
    ),
    ("must be there: a record names this text", "deze tekst is er niet. Een keuze noemt hem wel"),
    ("must be there", "dit bestand is er niet"),
    (
        "was made anew, {} is compressed: verify it as it was handed out",
        "het is opnieuw ingepakt. Controleer het zoals u het kreeg",
    ),
    (
        "holds what was signed for, and is not as a pack is made, {}: verify it as it was handed out",
        "de inhoud klopt, maar het is opnieuw ingepakt. Controleer het zoals u het kreeg",
    ),
    ("is not the file that was signed for", "dit is niet het bestand dat is ondertekend"),
    ("is not one of the files that were signed for", "dit bestand hoort er niet bij"),
    ("must be named by its own SHA-256", "de naam van dit bestand klopt niet met wat erin staat"),
    ("holds the key {}, which is not the one given", "dit is een andere sleutel dan u gaf: {0}"),
    ("does not verify: {}", "het klopt niet: {0}"),
    ("must be of this log and of the format `{}`", "het is van een ander logboek of van een andere soort"),
    (
        "must list a hash, two spaces and a name on each line",
        "de lijst van bestanden is niet zoals die hoort te zijn",
    ),
    ("must name each file once", "een bestand staat er twee keer in"),
    ("must list each file once", "een bestand staat er twee keer in"),
    // What is not as its format has it.
    ("`note` must be signed by a known key", "het is niet met deze sleutel ondertekend"),
    (
        "`signature` must be that of the named key over exactly this text",
        "de handtekening klopt niet bij deze tekst",
    ),
    ("`signature` must {}", "de regel met de handtekening is beschadigd"),
    ("`origin` must {}", "de sleutel is van een ander logboek"),
    ("`key` must {}", "dit is geen hele sleutel: een naam, een nummer en de sleutel, met + ertussen"),
    ("`key id` must be that of the name and the key", "de sleutel is beschadigd"),
    ("`key name` must {}", "de naam van de sleutel kan niet goed zijn"),
    (
        "`record` must be the one that the entry commits to",
        "dit is niet de keuze die in het logboek is vastgelegd",
    ),
    ("`receipt` must start with `c2sp.org/tlog-proof@v1`", "het begin van het bewijs is weg of veranderd"),
    (
        "`receipt` must end with an empty line and a checkpoint",
        "het einde van het bewijs is weg of veranderd",
    ),
    ("`proof` must lead to the root of the tree", "dit staat niet in het logboek dat is ondertekend"),
    ("`index` must lie inside the tree", "deze plaats is er niet in het logboek"),
    ("`line` must {}", "deze regel is veranderd of beschadigd"),
    ("`header` must {}", "deze regel is veranderd of beschadigd"),
    ("`json` must {}", "deze regel is veranderd of beschadigd"),
    ("`{}` must {}", "`{0}` is veranderd of beschadigd"),
    ("`{}` of the old tree {}", "`{0}` is veranderd of beschadigd"),
];
