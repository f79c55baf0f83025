# The adapter for ruby: `ruby OPTIONS -r /…/ruby.rb SCRIPT ARGUMENTS` in the place of `ruby OPTIONS SCRIPT ARGUMENTS`.
#
# It loads what the script requires first, and lets ruby compile the script. The first line of the script that is to be run
# is traced; there the process parks: the preloaded library makes fork return once for each connection, in the child, where
# ruby brings itself in order (random numbers, descriptors of its own), and the script runs as it always does.
#
# Only what is required before anything else at the top of the script is loaded early (plain constants and methods may
# stand between): one that comes after, say, a change of $LOAD_PATH could mean another file. The first that fails ends this,
# and fails once more in the child, where it is seen. A script that does not compile, or not without a warning, is refused:
# it is for its connection to read what is wrong.
#
# Libraries that are loaded early see the environment of the service, and nothing to read as standard input.
# See ask.c for the names below /kinetd/forkserver.
module KinetdForkserver
  EARLY = %i[LIT STR NIL TRUE FALSE].freeze
  private_constant :EARLY

  class << self
    def say(text)
      File.readlink("/kinetd/forkserver/#{text}")
    end

    def refuse(text)
      say("refuse/#{text.tr("\n", ' ')}")
    end

    # Ruby wakes itself through two event counters, which it replaces after a fork.
    def keep_own_descriptors
      Dir.each_child('/proc/self/fd') do |number|
        own = File.readlink("/proc/self/fd/#{number}") == 'anon_inode:[eventfd]'
        say("keep/#{number}") if own
      rescue SystemCallError
        next
      end
    end

    # The script's syntax tree.
    def parsed(script)
      said = +''
      before = $stderr
      $stderr = Struct.new(:said) { def write(*texts) = texts.sum { |text| said << text; text.bytesize } }.new(said)
      tree = RubyVM::AbstractSyntaxTree.parse_file(script)
      $stderr = before
      refuse("the script does not compile without warnings: #{said}") unless said.empty?
      tree
    rescue SyntaxError, SystemCallError => e
      $stderr = before
      refuse("#{e.class}: #{e.message}")
    end

    def require_early(tree, script)
      body = tree.children.last
      (body.type == :BLOCK ? body.children : [body]).each do |statement|
        next if plain?(statement)

        name, file = required(statement)
        case name
        when :require then require file
        when :require_relative then require File.expand_path(file, File.dirname(File.realpath(script)))
        else break
        end
      end
    rescue Exception # rubocop:disable Lint/RescueException
      nil
    end

    def plain?(statement)
      case statement.type
      when :CDECL, :LASGN then EARLY.include?(statement.children.last&.type)
      when :DEFN then true
      else EARLY.include?(statement.type)
      end
    end

    # The name of the method and its one literal argument; nothing for other statements.
    def required(statement)
      return unless statement.type == :FCALL

      name, list = statement.children
      text = list&.children&.first
      return unless list.type == :LIST && list.children.length == 2 && text.type == :STR

      [name, text.children.first]
    end

    def preload
      (ENV.delete('KINETD_PRELOAD_MODULES') || '').split.each do |name|
        require name
      rescue Exception => e # rubocop:disable Lint/RescueException
        refuse("preload_modules: #{name}: #{e.class}: #{e.message}")
      end
    end

    def park_at_first_line(script)
      trace = TracePoint.new(:line) do |line|
        next unless line.path == script

        trace.disable
        park(script)
      end
      trace.enable
    end

    def park(script)
      $LOADED_FEATURES.delete(__FILE__)
      say("loaded/#{File.expand_path(script)}")
      $LOADED_FEATURES.each { |file| say("loaded/#{file}") if file.start_with?('/') }
      GC.start
      say('park')
      fork
    end
  end
end

KinetdForkserver.keep_own_descriptors
KinetdForkserver.require_early(KinetdForkserver.parsed($PROGRAM_NAME), $PROGRAM_NAME)
KinetdForkserver.preload
KinetdForkserver.park_at_first_line($PROGRAM_NAME)
