//! Ids that rows may refer to.

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::HashSet;
use facts::{Row, Table, Type, Value};

use crate::error::Result;
use crate::import::fault::Fault;
use crate::lake::{Snapshot, read_file};

/// Ids that rows may refer to.
#[derive(Default)]
pub struct Known {
    pub units: HashSet<String>,
    pub professionals: HashSet<String>,
    residents: HashSet<i64>,
}

impl Known {
    pub fn load(table: &Table, snapshot: &Snapshot) -> Result<Known> {
        let needs = |ty: fn(Type) -> bool| table.columns.iter().any(|column| ty(column.ty));
        let texts = |of: &'static Table, wanted: bool| {
            if wanted { known_ids(snapshot, of) } else { Ok(HashSet::new()) }
        };
        let units = table.name == facts::Unit::TABLE.name || needs(|ty| matches!(ty, Type::Unit));
        let mut residents = HashSet::new();
        if needs(|ty| matches!(ty, Type::Resident)) && table.name != facts::Resident::TABLE.name {
            each_id(snapshot, facts::Resident::TABLE, |column| {
                residents.extend(column.as_primitive::<Int64Type>().values().iter().copied());
                Ok(())
            })?;
        }
        Ok(Known {
            units: texts(facts::Unit::TABLE, units)?,
            professionals: texts(facts::Professional::TABLE, needs(|ty| matches!(ty, Type::Professional)))?,
            residents,
        })
    }

    pub fn check(&self, table: &Table, ty: Type, value: Value<'_>) -> std::result::Result<(), Fault> {
        let (what, of) = match (ty, value) {
            (Type::Unit, Value::Text(id)) if !self.units.contains(id) => ("unit", "units"),
            (Type::Professional, Value::Text(id)) if !self.professionals.contains(id) => {
                ("professional", "professionals")
            }
            (Type::Resident, Value::Int(id)) if table.name != "residents" && !self.residents.contains(&id) => {
                ("resident", "residents")
            }
            _ => return Ok(()),
        };
        Err(if of == table.name { Fault::NoneAbove(what) } else { Fault::Unknown(what) })
    }

    /// Rows of `units` may refer to units that stand before them in the same file.
    pub fn learn(&mut self, table: &Table, values: &[Value<'_>]) {
        if table.name == facts::Unit::TABLE.name
            && let Some(Value::Text(id)) = values.first()
            && !self.units.contains(*id)
        {
            self.units.insert((*id).to_string());
        }
    }
}

/// The ids in the first key column of a table.
pub fn known_ids(snapshot: &Snapshot, table: &'static Table) -> Result<HashSet<String>> {
    let mut ids = HashSet::new();
    each_id(snapshot, table, |column| {
        let texts = cast(column, &DataType::Utf8)?;
        ids.extend(texts.as_string::<i32>().iter().flatten().map(String::from));
        Ok(())
    })?;
    Ok(ids)
}

fn each_id(snapshot: &Snapshot, table: &'static Table, mut each: impl FnMut(&dyn Array) -> Result<()>) -> Result<()> {
    for files in snapshot.table(table).into_iter().flat_map(|files| files.partitions.values()) {
        for file in files.base.iter().chain(&files.deltas) {
            for batch in read_file(&snapshot.folder, file)? {
                each(batch?[table.key[0]].as_ref())?;
            }
        }
    }
    Ok(())
}
