# The page that a Rack application serves, with the middleware that Rails puts in front of it by default.

require "json"
require "rack"

use Rack::MethodOverride

run(lambda do |environment|
  request = Rack::Request.new(environment)
  answer = {
    page: request.path,
    method: request.request_method,
    scheme: request.scheme,
    host: request.host,
    client: request.ip,
    names: environment.select { |name, value| name =~ /\A[A-Z_]+\z/ && value.is_a?(String) },
  }
  [200, { "Content-Type" => "application/json" }, [JSON.generate(answer)]]
end)
