#!/usr/bin/env bash
# Zero to JupyterHub runs this in a student's container as soon as it has started: see zero-to-jupyterhub.yaml.
#
#     bash /srv/downhill/deploy/bring_course.sh /srv/downhill /home/jovyan
#
# It brings the notebooks of the image into the student's folder by nbgitpuller, which never overwrites what a student has
# changed and saved. They come from the image itself, not from a server: so notebooks and course_utils are of one version,
# a course at a private address needs no password here, and it works without a network.
#
# What happens is written to the container's log. If the course cannot be brought and there is none from before, the
# container stops; if there is one, the student works with that and finds a note that says so.
set -uo pipefail

image=$1 # the course in the image: a git repository
home=$2  # where the student's disk is mounted
course=$home/downhill
note=$home/THE-COURSE-WAS-NOT-UPDATED.txt
log=${COURSE_LOG:-/proc/1/fd/1} # what the container's first process prints is its log

say() { echo "downhill: $*" >>"$log"; }

bring() { # nbgitpuller wants a branch: this one is whatever version the image holds
  git -C "$image" branch --force hub HEAD || return
  if [ -e "$course" ]; then # it may have come from another address
    git -C "$course" config remote.origin.url "file://$image"
    git -C "$course" config remote.origin.fetch "+refs/heads/hub:refs/remotes/origin/hub"
  fi
  gitpuller "file://$image" hub "$course" || return
  # git passes over what it cannot fetch from an image without history, and calls that a success
  git -C "$course" merge-base --is-ancestor "$(git -C "$image" rev-parse HEAD)" HEAD
}

if grep -qs " $home " "${COURSE_MOUNTS:-/proc/mounts}"; then
  say "work is kept in $home, on a disk of its own"
else
  say "WORK WILL BE LOST when this server stops: no disk is mounted at $home"
fi

if [ -e "$course" ] && ! git --git-dir="$course/.git" rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
  aside=$course-set-aside-$(date +%Y%m%d%H%M%S)
  mv "$course" "$aside" # an earlier start was cut off in the middle, or the student made this folder
  say "$course was no copy of the course, and is now $aside"
fi

if told=$(bring 2>&1); then
  rm -f "$note"
  say "the course is in $course: $(git -C "$image" describe --tags --always)"
else
  say "THE COURSE COULD NOT BE BROUGHT to $course:"
  say "$told"
  if [ "$(git -C "$image" rev-parse --is-shallow-repository 2>/dev/null)" = true ]; then
    say "the image was built without --ref, so it holds one version without its history"
  fi
  [ -d "$course/notebooks" ] || exit 1
  printf '%s\n' "The newest version of the course could not be brought here. What you have goes on working, and nothing" \
    "of yours is lost. Please tell your instructor, and show these lines:" "" "$told" >"$note"
fi
