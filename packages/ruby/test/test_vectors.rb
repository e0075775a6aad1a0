# Runs the shared vectors through the middleware. ONE_LOGIN_VECTORS names files of more.

require "json"
require "minitest/autorun"
require "socket"
require "tmpdir"
$LOAD_PATH.unshift(File.expand_path("../lib", __dir__))
require "one_login_edge"

class VectorsTest < Minitest::Test
  READ = ->(path) { JSON.parse(File.read(path, encoding: "UTF-8")) }
  SHARED = READ.call(File.expand_path("../../vectors.json", __dir__))
  OTHERS = ENV.fetch("ONE_LOGIN_VECTORS", "").split(":").map(&READ)
  KEYS_URL = "#{SHARED['issuer']}/auth/assertion-jwks.json".freeze

  def setup
    @lines = []
  end

  # A service that says who is asking; at a level if one is required. It swallows exceptions, as frameworks do.
  def service(document, level: nil, **settings)
    app = lambda do |env|
      OneLoginEdge.require_level(env, level) if level
      [200, {}, [env["one_login_edge.person"].to_json]]
    rescue StandardError
      [500, {}, []]
    end
    OneLoginEdge.new(app, issuer: document["issuer"], audience: document["audience"], log: ->(line) { @lines << line }, **settings)
  end

  def ask(app, path, headers, method = "GET")
    # As every Rack server does with a header that came before.
    asked = { "REQUEST_METHOD" => method, "REQUEST_URI" => path, "SCRIPT_NAME" => "", "PATH_INFO" => path.split("?").first }
    env = headers.each_with_object(asked) do |(name, value), env|
      name = "HTTP_#{name.upcase.tr('-', '_')}"
      env[name] = env.key?(name) ? "#{env[name]},#{value}" : value
    end
    status, headers, body = app.call(env)
    body = body.join
    if status != 200
      page = headers["content-type"] == "text/html; charset=utf-8"
      assert_equal "application/problem+json", headers["content-type"] unless page
      assert_equal "no-store", headers["cache-control"]
      reason = page ? body[%r{<code>(\w+)</code>}, 1] : JSON.parse(body)["reason"]
      return { "outcome" => "refused", "reason" => reason, "status" => status, "page" => page }
    end
    person = JSON.parse(body)
    return { "outcome" => "anonymous" } if person.nil?

    { "outcome" => "accepted", "person" => %w[sub sid vot email identity].to_h { |name| [name, person[name]] } }
  end

  def test_every_vector_has_the_outcome_that_it_states_and_one_line_says_why_it_is_refused
    count = 0
    [SHARED, *OTHERS].each do |document|
      document["vectors"].each do |vector|
        @lines.clear
        fetch_keys = -> { document["published"]["both"] }
        settings = { level: vector["level"], public: document["public"], bound: vector["bound"], now: -> { vector["now"] }, fetch_keys: fetch_keys }
        answer = ask(service(document, **settings), vector["path"], vector["headers"], vector["method"])
        assert_equal vector.slice("outcome", "reason", "status", "page", "person"), answer, vector["name"]
        assert_equal vector["reason"] ? 1 : 0, @lines.length, vector["name"]
        assert(@lines.all? { |line| line.start_with?("one-login-edge: refused: #{vector['reason']}") }, vector["name"])
        refute_match(/urn:fdc/, @lines.join, "no line names a person")
        count += 1
      end
    end
    puts "vectors checked: #{count}"
  end

  def test_keys_are_fetched_when_they_should_be_and_not_otherwise
    SHARED["sequences"].each do |sequence|
      step = nil
      fetches = 0
      fetch_keys = lambda do
        fetches += 1
        raise IOError, "this is part of the test" if step["published"].nil?

        SHARED["published"][step["published"]]
      end
      app = service(SHARED, now: -> { step["now"] }, fetch_keys: fetch_keys)
      sequence["steps"].each do |current|
        step = current
        fetches = 0
        @lines.clear
        answer = ask(app, step["path"], step["headers"])
        expected = [step["outcome"], step["reason"], step["fetches"] ? 1 : 0]
        assert_equal expected, [answer["outcome"], answer["reason"], fetches], "#{sequence['name']}, at #{step['now']}"
        failed = @lines.count { |line| line.start_with?("one-login-edge: keys_unavailable: #{KEYS_URL}: ") }
        assert_equal step["fetches"] && step["published"].nil? ? 1 : 0, failed, "a line says which address failed"
      end
    end
  end

  def test_a_level_that_is_none_is_a_mistake_in_the_code
    assert_raises(ArgumentError) { OneLoginEdge.require_level({}, "P2") }
  end

  def test_keys_come_over_http_in_the_name_of_this_package_and_not_by_way_of_a_redirect
    server = TCPServer.new("127.0.0.1", 0)
    agents = []
    serving = Thread.new { 2.times { answer(server.accept, agents) } }
    base = "http://127.0.0.1:#{server.addr[1]}"
    assert_equal SHARED["published"]["both"], OneLoginEdge.fetch_json("#{base}/keys")
    assert_raises(IOError) { OneLoginEdge.fetch_json("#{base}/moved") }
    serving.join
    server.close
    assert_equal ["User-Agent: one-login-edge-origin/1.0.0.rc1 (ruby)"] * 2, agents
  end

  def answer(socket, agents)
    moved = socket.gets.include?("/moved")
    while (line = socket.gets.chomp) != ""
      agents << line if line.start_with?("User-Agent")
    end
    socket << (moved ? "HTTP/1.1 302 Found\r\nLocation: /keys\r\n" : "HTTP/1.1 200 OK\r\n")
    socket << "Connection: close\r\n\r\n" << SHARED["published"]["both"].to_json
    socket.close
  end

  EXAMPLE = <<~RUBY.freeze
    require "one_login_edge"
    require "one_login_edge_testing"

    edge = OneLoginEdge::TestEdge.new(issuer: "https://service.example.gov.uk", audience: "https://service.example.gov.uk")
    service = lambda do |env|
      next [200, {}, ["open"]] if env["PATH_INFO"] == "/"

      OneLoginEdge.require_level(env, "Cl.Cm")
      [200, {}, [env["one_login_edge.person"]["sub"]]]
    end
    app = OneLoginEdge.new(service, **edge.settings, public: ["/"])
    token = edge.headers("sub" => "urn:example:sian").values.first
    puts [{ "PATH_INFO" => "/" }, { "PATH_INFO" => "/account" }, { "PATH_INFO" => "/account", "HTTP_ONE_LOGIN_ASSERTION" => token }]
      .map { |env| app.call(env) }.map { |status, _, body| status == 200 ? body.join : status }.join(" ")
  RUBY

  def test_the_built_gem_knows_a_person_in_a_new_example
    Dir.mktmpdir do |directory|
      run = lambda do |*command, env: {}, **options|
        read, write = IO.pipe
        done = system(env, *command, out: write, err: File::NULL, **options)
        write.close
        assert done, command.join(" ")
        read.read
      end
      gem = File.join(directory, "built.gem")
      run.call("gem", "build", "one_login_edge.gemspec", "--output", gem, chdir: File.expand_path("..", __dir__))
      home = File.join(directory, "gems")
      run.call("gem", "install", "--local", "--ignore-dependencies", "--no-document", "--install-dir", home, gem)
      File.write(File.join(directory, "example.rb"), EXAMPLE)
      path = [home, *Gem.path].join(File::PATH_SEPARATOR)
      shown = run.call("ruby", "example.rb", env: { "GEM_PATH" => path, "RUBYLIB" => nil }, chdir: directory)
      assert_equal "open 401 urn:example:sian", shown.strip
    end
  end
end
