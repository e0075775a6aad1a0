Gem::Specification.new do |gem|
  gem.name = "one_login_edge"
  gem.version = "1.0.0.rc1"
  gem.summary = "Who is asking? Rack middleware for services behind One Login at the edge, for Rails, Sinatra and others"
  gem.authors = ["One Login at the edge"]
  gem.license = "MIT"
  gem.required_ruby_version = ">= 3.0"
  gem.files = Dir["lib/*"]
  gem.add_dependency "jwt", ">= 2.5", "< 4"
end
