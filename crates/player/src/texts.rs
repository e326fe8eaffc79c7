//! The texts by which pages tell of a refusal, from `locales/`.

use std::path::Path;

use crate::words::squeezed;

/// Texts for a refusal in a language: of each the parts that do not vary. A refusal is named as its text is, `owned` or
/// `bookings-taken` for `wrong-owned` and `bookings-wrong-taken`. `locales` is their folder.
pub fn refusals(locales: &Path, language: &str, code: &str) -> Vec<Vec<String>> {
    let code = code.replace('_', "-");
    let mut found = Vec::new();
    for file in std::fs::read_dir(locales.join(language)).into_iter().flatten().flatten() {
        let text = std::fs::read_to_string(file.path()).unwrap_or_default();
        for (key, text) in text.lines().filter_map(|line| line.split_once(" = ")) {
            let is_refusal = key.starts_with("wrong-") || key.starts_with("refused-") || key.contains("-wrong-");
            let named = key
                .trim_start_matches("refused-")
                .trim_start_matches("wrong-")
                .replace("-wrong-", "-")
                .replace('_', "-");
            if is_refusal && named == code {
                let parts = text.split(['{', '}']).step_by(2).map(squeezed).filter(|part| part.len() > 3);
                found.push(parts.collect());
            }
        }
    }
    found.retain(|parts: &Vec<String>| !parts.is_empty());
    found
}
