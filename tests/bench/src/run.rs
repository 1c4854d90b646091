//! Which measurements are taken, and in which process.

use std::{env, fs, path::Path, process::Command};

use crate::{
    append,
    arguments::{Arguments, Size, Subject},
    as_of, command,
    failure::Failure,
    machine::Machine,
    nats, pipeline, queue, replay,
    report::{Report, Section},
    table::table,
    trail, verify,
};

/// One measurement.
type Measurement = (Subject, Size);

/// Takes the measurements asked for and prints them.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let (Some(made), Some(form)) = (&arguments.made, arguments.form) {
        return verify::child(form, made);
    }
    let chosen = chosen(arguments);
    let report = match chosen.as_slice() {
        [one] => take(*one, arguments)?,
        several => take_apart(several, arguments)?,
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(Failure::wrong)?);
    } else {
        print!("{}", table(&report));
    }
    Ok(())
}

fn chosen(arguments: &Arguments) -> Vec<Measurement> {
    let subjects = match arguments.subject {
        Subject::All => vec![Subject::Append, Subject::Command, Subject::Replay, Subject::Verify, Subject::Pipeline],
        one => vec![one],
    };
    let sizes = arguments.size.map_or(vec![Size::Small, Size::Mix], |size| vec![size]);
    subjects.iter().flat_map(|subject| sizes.iter().map(|size| (*subject, *size))).collect()
}

/// Takes one measurement here.
fn take((subject, size): Measurement, arguments: &Arguments) -> Result<Report, Failure> {
    let place = &arguments.directory;
    fs::create_dir_all(place).map_err(Failure::disk(place))?;
    let place = place.canonicalize().map_err(Failure::disk(place))?;
    let folder = tempfile::Builder::new().prefix("dossier-bench-").tempdir_in(&place).map_err(Failure::disk(&place))?;
    let mut machine = Machine::look(folder.path())?;
    machine.directory = place.display().to_string();
    let section = section(subject, size, arguments, folder.path())?;
    Ok(Report { machine, sections: vec![section] })
}

fn section(subject: Subject, size: Size, arguments: &Arguments, folder: &Path) -> Result<Section, Failure> {
    let seconds = arguments.seconds;
    match subject {
        Subject::Append => append::measure(size, seconds, folder),
        Subject::Command => command::measure(size, seconds, folder),
        Subject::Replay => replay::measure(size, folder),
        Subject::Verify => verify::measure(size, arguments, folder),
        Subject::Pipeline => pipeline::measure(size, seconds, folder),
        Subject::Queue => queue::measure(size, arguments.entries, folder),
        Subject::Trail => trail::measure(size, folder),
        Subject::AsOf => as_of::measure(size, arguments.entries, folder),
        Subject::Nats => nats::measure(size, seconds, folder),
        Subject::All => Err(Failure::wrong("that is several measurements")),
    }
}

/// Takes each measurement in a process of its own: the peak of its memory is then its own, and no thread of the one before
/// is still busy.
fn take_apart(measurements: &[Measurement], arguments: &Arguments) -> Result<Report, Failure> {
    let mut whole: Option<Report> = None;
    for measurement in measurements {
        let Report { machine, sections } = take_in_child(*measurement, arguments)?;
        whole.get_or_insert_with(|| Report { machine, sections: Vec::new() }).sections.extend(sections);
    }
    whole.ok_or_else(|| Failure::wrong("there is nothing to measure"))
}

fn take_in_child((subject, size): Measurement, arguments: &Arguments) -> Result<Report, Failure> {
    let program = env::current_exe().map_err(Failure::disk("(this program)"))?;
    let mut child = Command::new(program);
    child.arg(name_of(&subject)).args(["--size", &name_of(&size), "--json"]);
    child.arg("--seconds").arg(arguments.seconds.to_string()).arg("--entries").arg(arguments.entries.to_string());
    child.arg("--directory").arg(&arguments.directory);
    let output = child.stderr(std::process::Stdio::inherit()).output().map_err(Failure::disk("(this program)"))?;
    if !output.status.success() {
        return Err(Failure::wrong(format!("measuring {} ended with {}", name_of(&subject), output.status)));
    }
    serde_json::from_slice(&output.stdout).map_err(Failure::wrong)
}

/// The name of a choice on the command line.
fn name_of(choice: &impl clap::ValueEnum) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
