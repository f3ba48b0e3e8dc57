//! Pushes over http: a real web server with git-http-backend and basic authentication.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Server, Setup, hermetic};

/// nginx and the process that runs CGI programs for it, gone at the end of the test.
struct Web {
    children: Vec<Child>,
    port: u16,
}

impl Drop for Web {
    fn drop(&mut self) {
        for child in &mut self.children {
            // By TERM, so that nginx takes its workers along.
            let _gone = Command::new("kill").arg(child.id().to_string()).status();
            let _reaped = child.wait();
        }
    }
}

fn wait_until(what: &str, ready: impl Fn() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(10), "{what} did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn start(server: &Server) -> Web {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let root = server.root();
    let exec = hermetic("git", server.home()).arg("--exec-path").output().unwrap();
    let backend = format!("{}/git-http-backend", String::from_utf8_lossy(&exec.stdout).trim());
    server.write("htpasswd", "ana:{PLAIN}secret-of-ana\nbob:{PLAIN}secret-of-bob\n");
    server.write(
        "nginx.conf",
        &format!(
            r#"daemon off; master_process off; worker_processes 1;
pid {root}/nginx.pid; error_log {root}/nginx.log;
events {{ }}
http {{
  access_log off; client_max_body_size 0;
  client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3;
  uwsgi_temp_path {root}/t4; scgi_temp_path {root}/t5;
  server {{
    listen 127.0.0.1:{port};
    auth_basic "git"; auth_basic_user_file {root}/htpasswd;
    location / {{
      fastcgi_pass unix:{root}/cgi.sock;
      fastcgi_param SCRIPT_FILENAME {backend};
      fastcgi_param GIT_PROJECT_ROOT {root};
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH_INFO $uri;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REMOTE_USER $remote_user;
      fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
      fastcgi_param HTTP_REMOTE_USER $http_remote_user;
    }}
  }}
}}
"#
        ),
    );
    let socket = server.path("cgi.sock");
    let cgi = Command::new("fcgiwrap")
        .args(["-s", &format!("unix:{}", socket.display())])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdin(Stdio::null())
        .spawn()
        .expect("fcgiwrap; tests/run installs it");
    let mut web = Web { children: vec![cgi], port };
    wait_until("fcgiwrap", || socket.exists());
    for path in [server.home().to_path_buf(), socket] {
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(path, open).unwrap();
    }
    let nginx = Command::new("nginx")
        .args([
            "-e",
            &format!("{root}/nginx.log"),
            "-p",
            &root,
            "-c",
            &format!("{root}/nginx.conf"),
        ])
        .spawn()
        .expect("nginx; tests/run installs it");
    web.children.push(nginx);
    wait_until("nginx", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    web
}

#[test]
fn over_http_the_web_server_names_the_pusher() {
    let server = Server::new();
    server.git(&["config", "http.receivepack", "true"]);
    let (ana, bob) = (server.clone_for("ana"), server.clone_for("bob"));
    let web = start(&server);
    let url = format!("http://ana:secret-of-ana@127.0.0.1:{}/app.git", web.port);
    // A header makes HTTP_REMOTE_USER, which is not the web server's word.
    let push = || {
        let header = "http.extraHeader=Remote-User: robot";
        ana.git_with(&["-c", header, "push", &url, "main"], &[("REMOTE_USER", "robot")])
    };
    ana.commit("no ticket");
    let refused = push();
    refused.refused_for(&["missing-ticket", "missing-approval"]);
    assert!(refused.digest().contains("pushed by ana (REMOTE_USER)"), "{}", refused.seen());
    ana.renew();
    let id = ana.approved_commit("PAY-1: x", &bob);
    push().accepted();
    assert_eq!(server.tip("refs/heads/main"), id);
    let stranger = format!("http://ana:wrong@127.0.0.1:{}/app.git", web.port);
    let shown = ana.push_to(&stranger, &["main"]);
    assert!(!shown.landed());
}

#[test]
fn over_http_an_emergency_comes_through_by_whom_the_web_server_names() {
    let more = "\n[emergency]\npeople = [\"ana\"]\n".to_owned();
    let server = Server::with(Setup { more, ..Setup::default() });
    server.git(&["config", "http.receivepack", "true"]);
    let ana = server.clone_for("ana");
    let web = start(&server);
    let port = web.port;
    ana.commit("PAY-1: x");
    let push = |who: &str| {
        let url = format!("http://{who}:secret-of-{who}@127.0.0.1:{port}/app.git");
        ana.git_with(
            &["push", "-o", "emergency=INC-7: why", &url, "main"],
            &[("REMOTE_USER", "ana")],
        )
    };
    push("bob").refused_for(&["unlisted-emergency", "missing-approval"]);
    push("ana").accepted();
    assert_eq!(server.records("change")[1]["class"], "emergency");
}
