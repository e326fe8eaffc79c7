//! The types of fact columns and the values that stand in them.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::codes::{Code, CodeList};

/// Type of the values in a column. Every type has one text form on import and one physical form in storage.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// Pseudonym of a resident: on import the source's own id, in storage 63 bits (see [`ResidentId`]).
    Resident,
    /// A unit of the organisation that must stand in `units`.
    Unit,
    /// A professional who must stand in `professionals`.
    Professional,
    /// Business id or other text, at most 64 bytes for key columns.
    Text,
    /// Open vocabulary with few values: a service, a platform, a code with its system.
    Label,
    /// Closed vocabulary.
    Code(&'static CodeList),
    Int,
    Float,
    Bool,
    /// Instant in UTC, microseconds since 1970.
    Instant,
    /// Calendar day, days since 1970.
    Day,
    /// Euro, in cents.
    Cents,
}

impl Type {
    /// Name of the type for the data dictionary and for messages.
    pub fn name(&self) -> String {
        match self {
            Type::Resident => "resident".into(),
            Type::Unit => "unit".into(),
            Type::Professional => "professional".into(),
            Type::Text => "text".into(),
            Type::Label => "label".into(),
            Type::Code(list) => format!("code {}", list.name),
            Type::Int => "whole number".into(),
            Type::Float => "number".into(),
            Type::Bool => "yes or no".into(),
            Type::Instant => "time (UTC, µs)".into(),
            Type::Day => "day".into(),
            Type::Cents => "cents (EUR)".into(),
        }
    }
}

/// A value of one column of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    /// Also residents, instants (µs), days and cents.
    Int(i64),
    Float(f64),
    Text(&'a str),
}

/// A Rust type that stands in a fact column.
pub trait Field {
    const TYPE: Type;
    const OPTIONAL: bool = false;
    fn value(&self) -> Value<'_>;
}

/// The pseudonym of a resident: the first 63 bits of HMAC-SHA-256(directory key, source id).
///
/// Uniform over 0 ‥ 2⁶³−1, the same on every machine that holds the key, and without a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentId(pub i64);

/// Microseconds since 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// Days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// An amount in euro cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i64);

/// A business id from a source system, at most 64 bytes, as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub String);

macro_rules! shared_text {
    ($($(#[$about:meta])* $name:ident => $ty:expr;)*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Arc<str>);

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.into())
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|text| $name(text.into()))
            }
        }

        impl Field for $name {
            const TYPE: Type = $ty;
            fn value(&self) -> Value<'_> {
                Value::Text(&self.0)
            }
        }
    )*};
}

shared_text! {
    /// A unit of the organisation; cheap to clone.
    UnitId => Type::Unit;
    /// A professional; cheap to clone.
    ProfessionalId => Type::Professional;
    /// A value of an open vocabulary; cheap to clone.
    Label => Type::Label;
}

macro_rules! plain_fields {
    ($($rust:ty => $ty:expr, $self:ident => $value:expr;)*) => {$(
        impl Field for $rust {
            const TYPE: Type = $ty;
            fn value(&self) -> Value<'_> {
                let $self = self;
                $value
            }
        }
    )*};
}

plain_fields! {
    ResidentId => Type::Resident, it => Value::Int(it.0);
    Instant => Type::Instant, it => Value::Int(it.0);
    Day => Type::Day, it => Value::Int(i64::from(it.0));
    Cents => Type::Cents, it => Value::Int(it.0);
    Key => Type::Text, it => Value::Text(&it.0);
    String => Type::Text, it => Value::Text(it);
    i64 => Type::Int, it => Value::Int(*it);
    f64 => Type::Float, it => Value::Float(*it);
    bool => Type::Bool, it => Value::Bool(*it);
}

impl<C: Code> Field for C {
    const TYPE: Type = Type::Code(C::LIST);
    fn value(&self) -> Value<'_> {
        Value::Text(self.code())
    }
}

impl<F: Field> Field for Option<F> {
    const TYPE: Type = F::TYPE;
    const OPTIONAL: bool = true;
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Field::value)
    }
}
