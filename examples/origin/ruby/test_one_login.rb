# Runs the shared vectors through the middleware. ONE_LOGIN_VECTORS names files of more.

require "json"
require "minitest/autorun"
require "socket"
require_relative "one_login"

class VectorsTest < Minitest::Test
  READ = ->(path) { JSON.parse(File.read(path, encoding: "UTF-8")) }
  SHARED = READ.call(File.expand_path("../vectors.json", __dir__))
  OTHERS = ENV.fetch("ONE_LOGIN_VECTORS", "").split(":").map(&READ)

  # A service that says who is asking.
  def service(document, **settings)
    app = ->(env) { [200, {}, [env["one_login.person"].to_json]] }
    OneLogin.new(app, issuer: document["issuer"], audience: document["audience"], **settings)
  end

  def ask(app, headers, request = nil)
    # As every Rack server does with a header that came before.
    request ||= { "method" => "GET", "target" => "/" }
    asked = { "REQUEST_METHOD" => request["method"], "REQUEST_URI" => request["target"] }
    env = headers.each_with_object(asked) do |(name, value), env|
      name = "HTTP_#{name.upcase.tr('-', '_')}"
      env[name] = env.key?(name) ? "#{env[name]},#{value}" : value
    end
    status, _, body = app.call(env)
    return ["refused", nil] if status == 401 && body.empty?

    assert_equal 200, status
    person = JSON.parse(body.join)
    return ["nobody", nil] if person.nil?

    ["accepted", %w[sub sid vot email identity].to_h { |name| [name, person[name]] }]
  end

  def test_every_vector_has_the_outcome_that_it_states
    count = 0
    [SHARED, *OTHERS].each do |document|
      document["vectors"].each do |vector|
        fetch_keys = -> { document["published"]["both"] }
        settings = { optional: vector["optional"], bound: vector.fetch("bound", false), fetch_keys: fetch_keys }
        app = service(document, **settings, now: -> { vector["now"] })
        expected = vector.values_at("outcome", "person")
        assert_equal expected, ask(app, vector["headers"], vector["request"]), vector["name"]
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
        outcome = nil
        capture_io { outcome, = ask(app, step["headers"]) }
        assert_equal [step["outcome"], step["fetches"] ? 1 : 0], [outcome, fetches], "#{sequence['name']}, at #{step['now']}"
      end
    end
  end

  def test_keys_come_over_http_and_not_by_way_of_a_redirect
    server = TCPServer.new("127.0.0.1", 0)
    serving = Thread.new { 2.times { answer(server.accept) } }
    base = "http://127.0.0.1:#{server.addr[1]}"
    assert_equal SHARED["published"]["both"], OneLogin.fetch_json("#{base}/keys")
    assert_raises(IOError) { OneLogin.fetch_json("#{base}/moved") }
    serving.join
    server.close
  end

  def answer(socket)
    moved = socket.gets.include?("/moved")
    nil until socket.gets == "\r\n"
    socket << (moved ? "HTTP/1.1 302 Found\r\nLocation: /keys\r\n" : "HTTP/1.1 200 OK\r\n")
    socket << "Connection: close\r\n\r\n" << SHARED["published"]["both"].to_json
    socket.close
  end
end
